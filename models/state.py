"""All that is kept of a member between events, and its bytes."""

from typing import Final

import msgspec

from models.days import DaySet
from models.orders import Book, Order
from models.rights import Bet, Coupon, Plan, Stored
from models.score import Cell
from models.tally import Keyed, Tallies
from models.ties import Tie
from models.touches import Touches
from models.work import Work
from schemas.versions import FormatVersionError

STATE_VERSION: Final = 4
"""Version of the bytes. A field is only ever appended, with a default, and the version then raised; so this program reads
every version up to its own. `tests/upgrade` keeps bytes of each."""


_SPOKEN_SINCE: Final = 3
"""Of a state of an earlier version every own act counts as an own message: nobody is called silent who may have spoken."""


class StateVersionError(FormatVersionError):
    """Bytes that this version of the program does not read."""


class CartItem(msgspec.Struct, array_like=True, gc=False):
    """A product in the cart: when it was last added, removed and paid, ms; 0 is never."""

    added: int = 0
    removed: int = 0
    paid: int = 0


class Looked(msgspec.Struct, array_like=True, gc=False):
    """What was done to a product before it was bought."""

    category: str = ""
    """The last in the alphabet of those that it was said to be of."""
    days: dict[int, int] = {}
    """Local days with a look at it -> the first look, ms."""
    removed: list[int] = []
    """Times at which it was taken out of the cart, ms, in their order."""


class Decided(msgspec.Struct, array_like=True, gc=False):
    """A paid order: its latest payment, ms, the hashed ids of its goods, and their categories."""

    at: int = 0
    goods: list[int] = []
    categories: list[str] = []


class OpenAlert(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An alert that was opened and not closed: when (ms) and by which event, what it is told with, and where it happened."""

    at: int
    event_id: str
    severity: str
    zh: str
    en: str
    version: int
    """How often it was told."""
    groups: tuple[str, ...]
    staff: tuple[str, ...]


class MemberState(msgspec.Struct, array_like=True, gc=False):
    """State of one member of one brand; times are ms since the epoch, UTC.

    `gc=False` is safe: nothing in here refers back to what holds it.
    """

    version: int
    brand_id: str
    member_id: str
    fence: dict[int, int] = {}
    """Source -> last applied offset; what is at or below it was applied."""
    recent: dict[int, int] = {}
    """Hashed ids of the last events -> second of their event time (see `models.identity`)."""

    first: int | None = None
    """Earliest event that names the member, of whatever kind."""
    last: int | None = None
    """Latest own act."""
    joined: int | None = None
    """Earliest joining: of a group, as a contact, follower or registered member."""
    spoke: int | None = None
    """Number of the local day of the last own message or check-in."""
    days: DaySet = msgspec.field(default_factory=DaySet)
    """Local days with an own act."""
    cells: dict[int, Cell] = {}
    """Points by local day."""
    orders: dict[int, Order] = {}
    """Orders by hashed id."""
    first_paid: int | None = None
    """Earliest payment, of whatever became of it."""
    signins: DaySet = msgspec.field(default_factory=DaySet)
    """Local days signed in."""
    groups: dict[str, Tie] = {}
    """Groups that the member was seen to join or leave, by id."""
    contacts: dict[str, Tie] = {}
    """Contact with staff, by staff id; "" where the event named none."""
    follows: dict[str, Tie] = {}
    """Accounts followed; "" is the brand's."""
    manual: dict[str, Tie] = {}
    """Tags set or cleared by hand."""

    on: dict[str, int] = {}
    """Tags that the rules hold on -> when they entered."""
    judged_at: int = 0
    """Time of the last judgement; never falls."""
    due: int | None = None
    """Earliest time at which a tag or a stepping value may change with no event."""
    revision: int = 0
    """Number of changes so far; tells profiles of one time apart."""
    rules: int = 0
    """Version of the rules that judged last."""
    work: Work = msgspec.field(default_factory=Work)
    """Not persisted."""

    tallies: Tallies = {}
    """Counts and sums by local day (`models.measures`), by name."""
    keyed: Keyed = {}
    """The same of words, such as campaigns."""
    touches: Touches = {}
    """First and last touches."""
    acted: int | None = None
    """Earliest own act beyond arriving."""
    carts: dict[int, CartItem] = {}
    """Products put into the cart or paid, by hashed id."""
    waits: dict[str, int] = {}
    """Tags held -> since when they would leave but for their grace; tags not held -> when their time to live ended."""

    ending: dict[int, dict[int, int]] = {}
    """Points that the source grants until a time: that time, ms -> local day of the grant -> points."""
    sessions: dict[int, int] = {}
    """Stretches of visits, ms: begin -> end."""
    looks: dict[int, Looked] = {}
    """Products looked at, by hashed id."""
    decided: dict[int, Decided] = {}
    """The latest orders with goods, by hashed id."""
    pushes: list[int] = []
    """Times of pushes delivered, ms, in their order."""
    answers: dict[int, tuple[int, int]] = {}
    """Local days with an act that answers pushes -> the first and the last of these, ms."""
    gifts: list[int] = []
    """Times at which a coupon or a red packet was got, ms, in their order."""
    spoken: DaySet = msgspec.field(default_factory=DaySet)
    """Local days with an own message or check-in."""
    heard: dict[int, list[int]] = {}
    """Of such days, those that a silence may reach -> the first and the last of the times, ms, in their order."""

    stored: dict[int, Stored] = {}
    """Orders that loaded or drew stored value, by hashed id."""
    plans: dict[int, Plan] = {}
    """Periodic plans, by the hashed id of their order."""
    coupons: dict[int, Coupon] = {}
    """Coupons granted or used, by hashed id."""
    bets: dict[int, Bet] = {}
    """Cash backs for sign-ins, by hashed id."""
    alerts: dict[str, OpenAlert] = {}
    """Alerts that are open, by tag (`models.alerting`)."""
    complaints: list[int] = []
    """Times of complaints one to one behind the latest message of staff, ms, in their order."""
    written: int = 0
    """When staff last wrote to the member one to one, ms; 0 is never."""

    def book(self) -> Book:
        """The orders, ready for reading."""
        book = self.work.book
        if book is None:
            book = self.work.book = Book(self.orders)
        return book


def initial(brand_id: str, member_id: str, rules: int) -> MemberState:
    """State of a member of whom nothing is known."""
    return MemberState(STATE_VERSION, brand_id, member_id, rules=rules, work=Work(fresh=True))


def snapshot(state: MemberState) -> bytes:
    """Bytes of a judged state: a MessagePack array that begins with the version."""
    return _encode(state)


def restore(data: bytes) -> MemberState:
    """State behind the bytes of `snapshot`.

    Raises `StateVersionError` when a later version wrote them.
    """
    try:
        version = _read_head(data).version
    except msgspec.DecodeError as error:
        raise StateVersionError(f"these {len(data)} bytes are no member's state: {error}") from None
    if not 1 <= version <= STATE_VERSION:
        raise StateVersionError.of("member state", version, STATE_VERSION)
    state = _decode(data)
    if version < _SPOKEN_SINCE:
        state.spoken = DaySet.of_bits(state.days.base, state.days.bits)
    state.version = STATE_VERSION
    return state


class _Head(msgspec.Struct, array_like=True):
    version: int


def _to_plain(value: object) -> object:
    if isinstance(value, DaySet):
        return value.base, value.bits.to_bytes((value.bits.bit_length() + 7) // 8, "little")
    if isinstance(value, Work):
        return None
    raise NotImplementedError(type(value).__name__)


def _from_plain(kind: type, value: object) -> object:
    if kind is DaySet:
        assert isinstance(value, list)
        base, bits = value
        return DaySet.of_bits(base, int.from_bytes(bits, "little"))
    return Work()


_encode = msgspec.msgpack.Encoder(enc_hook=_to_plain).encode
_decode = msgspec.msgpack.Decoder(MemberState, dec_hook=_from_plain).decode
_read_head = msgspec.msgpack.Decoder(_Head).decode
