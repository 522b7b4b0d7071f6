"""Every mutant, by what it breaks."""

from tests.mutants import (
    apisix,
    copies,
    fidelity,
    figures,
    gateways,
    goreplay,
    instruments,
    mirroring,
    native,
    nginx,
    operation,
    primary,
    routing,
    running,
    sampled,
    starting,
)
from tests.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *routing.MUTANTS,
    *fidelity.MUTANTS,
    *operation.MUTANTS,
    *figures.MUTANTS,
    *mirroring.MUTANTS,
    *instruments.MUTANTS,
    *copies.MUTANTS,
    *running.MUTANTS,
    *sampled.MUTANTS,
    *gateways.MUTANTS,
    *native.MUTANTS,
    *goreplay.MUTANTS,
    *nginx.MUTANTS,
    *apisix.MUTANTS,
    *primary.MUTANTS,
    *starting.MUTANTS,
)
