"""Tests of the mirroring agent."""
