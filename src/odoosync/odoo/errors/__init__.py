"""What can go wrong with an Odoo, named by what one can do about it.

::

    OdooError                     carries `code`, `stage`, `retriable`, `hint`
    ├── RetryLater                the same call may work in a while (all are retriable)
    │   ├── TimedOut              too slow: to connect, between two reads, or in total
    │   ├── ServerBusy            429, 502, 503, 504, no database connection left; `retry_after`
    │   ├── DatabaseFailed        PostgreSQL refused, and not in words that are known to pass
    │   ├── ServerConflict        serialization failure, lock, deadlock
    │   ├── CutOff                the connection was lost before the answer was whole
    │   │   └── BrokenAnswer      a page of HTML, nothing, or a part of JSON came as the answer
    │   └── Unreachable           nothing listens there, or no route
    ├── FixAddress                the URL must change, or the network around it
    │   ├── HostNotFound          the name does not resolve
    │   ├── TlsFailed             the certificate or the handshake
    │   ├── NotOdoo               something answers, but not as Odoo does
    │   │   └── ProtocolMissing   JSON-RPC or JSON-2 is not offered there
    │   ├── RedirectRefused       it points elsewhere; `target` is the address to store instead
    │   ├── AddressRefused        the guard forbids this address
    │   └── ProxyRefused          the outbound proxy does not let this call through
    ├── FixLogin                  database, login or secret must change
    │   ├── UnknownDatabase
    │   ├── InvalidCredentials
    │   │   └── ApiKeyRejected    the secret has the form of an API key
    │   ├── ApiKeyNeeded          a password, and the server takes only API keys
    │   ├── WrongKeyOwner         the API key works, but for another login
    │   └── PortalUser            a login without the rights of an internal user
    ├── FixRights                 someone must grant rights in Odoo
    │   └── AccessRefused
    ├── FixRequest                this call can never work; skip what it asked for
    │   ├── FieldUnknown
    │   ├── LanguageMissing       no language of that code is active there
    │   ├── ModelUnknown
    │   ├── RecordMissing
    │   ├── RequestRejected
    │   └── RowLeftOut            a search shows it; what is read of it asks for what is gone
    ├── NarrowDown                ask for less, to find the row or field at fault
    │   ├── AnswerTooLarge
    │   ├── BadAnswer
    │   │   └── EndlessAnswer     more rows than the server itself counts
    │   └── ServerFault
    └── TooMuchRefused            asking for less found no end; see `spending`

Each message is a sentence for a person. None holds a secret, a server's traceback or SQL:
what Odoo said is quoted only through `refusals.quoted`, one bounded line of it.
"""

from odoosync.odoo.errors.fix_address import (
    AddressRefused,
    HostNotFound,
    NotOdoo,
    ProtocolMissing,
    ProxyRefused,
    RedirectRefused,
    TlsFailed,
)
from odoosync.odoo.errors.fix_login import (
    KEY_HOW_TO,
    ApiKeyNeeded,
    ApiKeyRejected,
    InvalidCredentials,
    PortalUser,
    UnknownDatabase,
    WrongKeyOwner,
)
from odoosync.odoo.errors.fix_request import (
    AccessRefused,
    FieldUnknown,
    LanguageMissing,
    ModelUnknown,
    RecordMissing,
    RequestRejected,
    RowLeftOut,
)
from odoosync.odoo.errors.kinds import (
    ON_THE_WAY,
    FixAddress,
    FixLogin,
    FixRequest,
    FixRights,
    NarrowDown,
    OdooError,
    RetryLater,
    Stage,
)
from odoosync.odoo.errors.narrow_down import (
    AnswerTooLarge,
    BadAnswer,
    EndlessAnswer,
    ServerFault,
    TooMuchRefused,
)
from odoosync.odoo.errors.retry_later import (
    BrokenAnswer,
    CutOff,
    DatabaseFailed,
    ServerBusy,
    ServerConflict,
    TimedOut,
    Unreachable,
)

__all__ = [
    "KEY_HOW_TO",
    "ON_THE_WAY",
    "AccessRefused",
    "AddressRefused",
    "AnswerTooLarge",
    "ApiKeyNeeded",
    "ApiKeyRejected",
    "BadAnswer",
    "BrokenAnswer",
    "CutOff",
    "DatabaseFailed",
    "EndlessAnswer",
    "FieldUnknown",
    "FixAddress",
    "FixLogin",
    "FixRequest",
    "FixRights",
    "HostNotFound",
    "InvalidCredentials",
    "LanguageMissing",
    "ModelUnknown",
    "NarrowDown",
    "NotOdoo",
    "OdooError",
    "PortalUser",
    "ProtocolMissing",
    "ProxyRefused",
    "RecordMissing",
    "RedirectRefused",
    "RequestRejected",
    "RetryLater",
    "RowLeftOut",
    "ServerBusy",
    "ServerConflict",
    "ServerFault",
    "Stage",
    "TimedOut",
    "TlsFailed",
    "TooMuchRefused",
    "UnknownDatabase",
    "Unreachable",
    "WrongKeyOwner",
]
