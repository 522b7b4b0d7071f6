"""Tests of the configurations of HAProxy that belong to the mirroring agent."""
