"""The Stream Processing Offload Protocol, version 2.0: data types, frames, connections."""
