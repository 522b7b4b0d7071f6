"""Tests of GoReplay's middleware and its start script."""
