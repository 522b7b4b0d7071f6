"""Configurations that GAL generates from the policy, judged by the promises: make spec-gal."""
