"""Where a request ends in what a connection has sent. It is read as far as that needs; gunicorn reads what it says."""

import errno
import re

# More than any body that the portal takes (settings.LARGEST_BODY): what is longer is answered by its announced length.
LONGEST_BODY = 4 * 1024 * 1024
# A little more than gunicorn's own limits allow a browser to need.
LONGEST_HEAD = 64 * 1024
# No sender makes so many; each costs the loop a step.
MOST_CHUNKS = 10_000
LENGTH = re.compile(rb"(?im)^content-length[ \t]*:([^\r\n]*)")
ENCODING = re.compile(rb"(?im)^transfer-encoding[ \t]*:([^\r\n]*)")
EXPECTS = re.compile(rb"(?i)\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)")
# As many zeros in front as a sender likes (RFC 9112, 7.1).
SIZE = re.compile(rb"[0-9a-fA-F]+")
LONGEST_LINE_OF_SIZE = 4096
HEALTH = re.compile(rb"(GET|HEAD) /health/? ")


class Incoming:
    """The bytes of one connection, up to the end of its request and what came behind it.

    `is_sound` is false where that end is not certain: it is answered, and nothing more is read from the connection.
    `expects_word` where the client sends the body when it is told to go on, which the loop does: gunicorn, which would
    say so once more when the body has come, is not shown that line of the head.
    """

    def __init__(self) -> None:
        self.held = bytearray()
        self._begin()

    def _begin(self) -> None:
        self.head_end, self.end, self.is_sound = 0, -1, True
        self.expects_word = self._is_too_large = False
        self._taken = self._sought = self._chunk_at = self._chunks = 0

    def add(self, piece: bytes) -> None:
        self.held += piece

    def take(self, size: int) -> bytes:
        """For gunicorn's parser; empty where the request ends.

        Raises `OSError` (EMSGSIZE) there, where a chunk was announced that is larger than any body may be.
        """
        if self._is_too_large and self._taken == self.end:
            raise OSError(errno.EMSGSIZE, "a chunk is larger than the largest body")
        piece = bytes(self.held[self._taken : min(self._taken + size, self.end)])
        self._taken += len(piece)
        return piece

    def is_whole(self) -> bool:
        """Whether a thread can answer it without waiting for the client."""
        if not self.head_end:
            self._seek_head()
        if self._chunk_at and self.end < 0:
            self._follow_chunks()
        return 0 <= self.end <= len(self.held)

    @property
    def is_too_long(self) -> bool:
        """No head of a request is as long as this."""
        return not self.head_end and len(self.held) > LONGEST_HEAD

    @property
    def asks_for_health(self) -> bool:
        return HEALTH.match(self.held) is not None

    def is_spent(self) -> bool:
        """Whether all of the request was taken, and what follows is another one."""
        return self.is_sound and self._taken == self.end

    def go_on(self) -> None:
        """To the request behind this one."""
        del self.held[: self.end]
        self._begin()

    def _seek_head(self) -> None:
        found = self.held.find(b"\r\n\r\n", max(0, self._sought - 3))
        self._sought = len(self.held)
        if found >= 0:
            head, lines = EXPECTS.subn(b"", bytes(self.held[: found + 4]))
            self.expects_word = lines > 0 and not head.partition(b"\r\n")[0].endswith(b"HTTP/1.0")
            self.held[: found + 4] = head
            self.head_end = len(head)
            self._read_head(head)

    def _read_head(self, head: bytes) -> None:
        lengths = {each.strip() for each in LENGTH.findall(head)}
        encodings = [each.strip().lower() for each in ENCODING.findall(head)]
        if encodings:
            self._chunk_at = self.head_end
            if lengths or encodings != [b"chunked"]:
                self._end_here()
        elif not lengths:
            self.end = self.head_end
        else:
            length = _number(lengths)
            self.end = self.head_end + max(length, 0)
            if not 0 <= length <= LONGEST_BODY:
                self._end_here()

    def _follow_chunks(self) -> None:
        while self.end < 0:
            line_end = self.held.find(b"\r\n", self._chunk_at)
            if line_end < 0:
                return self._wait_or_end(at=self._chunk_at)
            size = self._size_of_chunk(line_end)
            if size < 0 or self._chunks >= MOST_CHUNKS:
                return self._end_here()
            if size == 0:
                return self._seek_last(line_end)
            after = line_end + 2 + size + 2
            if after > len(self.held):
                self._is_too_large = after - self.head_end > LONGEST_BODY
                return self._end_here() if self._is_too_large else None
            self._chunk_at, self._chunks = after, self._chunks + 1

    def _size_of_chunk(self, line_end: int) -> int:
        """-1 where the line names none."""
        if line_end - self._chunk_at > LONGEST_LINE_OF_SIZE:
            return -1
        size = SIZE.match(self.held, self._chunk_at, line_end)
        return int(size[0], 16) if size else -1

    def _seek_last(self, line_end: int) -> None:
        """The empty line behind the last chunk and its trailers."""
        found = self.held.find(b"\r\n\r\n", line_end)
        if found < 0:
            return self._wait_or_end(at=line_end)
        self.end = found + 4

    def _wait_or_end(self, *, at: int) -> None:
        if len(self.held) - at > LONGEST_HEAD:
            self._end_here()

    def _end_here(self) -> None:
        """Hand over what has come: gunicorn or `BodyLimit` says what is wrong with it."""
        self.end, self.is_sound = len(self.held), False


def _number(lengths: set[bytes]) -> int:
    """-1 where it is none, or not one."""
    text = next(iter(lengths))
    return int(text) if len(lengths) == 1 and text.isdigit() and len(text) < 20 else -1
