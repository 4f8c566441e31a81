"""Kafka's wire for tests: any request, right or wrong, said to any broker, and its answer read.

`schema` knows the message definitions, `codec` turns dictionaries into bytes and back, `records`
builds and reads record batches, `connection` talks to a broker.
"""

from .connection import Closed, Connection
from .records import Batch, read_batches

__all__ = ["Batch", "Closed", "Connection", "read_batches"]
