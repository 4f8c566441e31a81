"""A blocking connection to a broker."""

import socket
import struct

from . import codec, schema

API_VERSIONS = 18


class Closed(Exception):
    """The broker closed the connection instead of answering."""


class Connection:
    def __init__(self, address, client_id="oracle", timeout=20):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client_id = client_id
        self.correlation_id = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send_bytes(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Closed from error

    def send_frame(self, payload):
        self.send_bytes(struct.pack(">i", len(payload)) + payload)

    def header(self, api_key, version, flexible):
        """A request header, v1 or v2; takes the next correlation id."""
        self.correlation_id += 1
        head = struct.pack(">hhi", api_key, version, self.correlation_id)
        if self.client_id is None:
            head += struct.pack(">h", -1)
        else:
            name = self.client_id.encode()
            head += struct.pack(">h", len(name)) + name
        return head + (b"\0" if flexible else b"")

    def send(self, api, version, values=None, body=None):
        """Sends a request: `values` encoded, or `body` as it is."""
        request = schema.request(api)
        if body is None:
            body = codec.encode(request, version, values or {})
        self.send_frame(self.header(request.api_key, version, version in request.flexible) + body)
        return self.correlation_id

    def _read(self, count):
        data = b""
        while len(data) < count:
            try:
                part = self.socket.recv(count - len(data))
            except ConnectionResetError as error:
                raise Closed from error
            if not part:
                raise Closed
            data += part
        return data

    def receive_frame(self):
        return self._read(struct.unpack(">i", self._read(4))[0])

    def receive(self, api, version, correlation_id=None):
        """Reads the next answer, which must be for the request of that correlation id."""
        response = schema.response(api)
        frame = codec.Reader(self.receive_frame())
        got = frame.number(">i")
        wanted = self.correlation_id if correlation_id is None else correlation_id
        if got != wanted:
            raise ValueError(f"an answer to request {got} where one to {wanted} was due")
        # ApiVersions is answered with the oldest header, so that any client can read it.
        if version in response.flexible and response.api_key != API_VERSIONS:
            for _ in range(frame.unsigned_varint()):
                frame.unsigned_varint()
                frame.take(frame.unsigned_varint())
        return codec.decode(response, version, frame.data[frame.at:])

    def call(self, api, version, values=None, body=None):
        return self.receive(api, version, self.send(api, version, values, body))
