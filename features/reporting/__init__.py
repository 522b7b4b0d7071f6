"""What a run tells: in the terminal, to Allure and to the comparison."""

import features.support.stack  # noqa: F401 - the gateways can be imported only after it
