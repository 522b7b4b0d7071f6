"""The ways in: connections from HAProxy that carry requests to mirror."""
