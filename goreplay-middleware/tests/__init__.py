"""Tests of GoReplay behind HAProxy, with the real program."""
