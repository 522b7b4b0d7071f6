"""Every mutant, by what it breaks."""

from tests.mutants import configurations, instruments
from tests.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (*configurations.MUTANTS, *instruments.MUTANTS)
