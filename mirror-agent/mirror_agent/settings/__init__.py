"""The configuration: what can be set (model), and how a YAML file becomes that (load)."""
