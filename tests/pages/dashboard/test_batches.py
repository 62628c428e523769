"""Sending to many: what is read, what is refused, and that nobody is sent the same thing twice."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from openpyxl import Workbook
from starlette.testclient import TestClient

from countersign import app, jobs
from countersign.domain.batch import MOST_ROWS, RowStatus
from countersign.domain.form import Tag, TagKind
from countersign.domain.short_id import new_short_id
from countersign.domain.template import Role
from countersign.usecases.import_form import ImportForm, import_form
from countersign.usecases.import_template import ImportTemplate, import_template
from countersign.usecases.receive_file import StagedBytes
from countersign.usecases.send_batch import AT_ONCE, send_batch
from tests.pages.dashboard.office import CLICK, Office, opened, post, set_up, texts
from tests.pages.dashboard.test_envelopes import EVIL
from tests.pages.dashboard.test_sign_in import add_other_account
from tests.pdf.samples import contract

pytestmark = pytest.mark.slow
LIST = "/dashboard/batches"
HEAD = "Landlord name,Landlord email,Tenant name,Tenant email"


@dataclass
class Sender:
    """An account with a template and a form, and its owner's browser."""

    office: Office
    owner: TestClient
    account_id: str
    template: str
    form: str

    def bring(self, data: bytes | str, source: str = "", name: str = "people.csv") -> Any:
        content = data if isinstance(data, bytes) else data.encode()
        return self.owner.post(
            LIST,
            data={"source": source or f"template:{self.template}"},
            files={"file": (name, content, "text/csv")},
            headers=CLICK,
        )

    def brought(self, data: bytes | str, source: str = "") -> str:
        answer = self.bring(data, source)
        assert answer.status_code == 303, texts(answer.text)
        return str(answer.headers["location"])

    def page(self, path: str, **query: str) -> str:
        answer = self.owner.get(path, params=query)
        assert answer.status_code == 200, texts(answer.text)
        return str(answer.text)

    def problems(self, path: str) -> list[str]:
        """Each line of the table of what is wrong: row, column, reason."""
        found = self.page(path).partition('data-testid="problems"')[2].partition("</table>")[0]
        return [texts(line).strip() for line in found.split("<tr>")[2:]]

    def send(self, path: str, **form: str) -> Any:
        return post(self.owner, f"{path}/send", **(form or {"leave_out": "no"}))

    def sent_mails(self) -> list[str]:
        self.office.work()
        found = self.office.browser.get("/sandbox/mail.json").json()["messages"]
        return sorted(mail["to"] for mail in found)

    def numbers(self, path: str) -> dict[str, Any]:
        return dict(self.owner.get(f"{path}/progress").json())


@pytest.fixture
def sender(office: Office) -> Sender:
    return new_sender(office)


def new_sender(office: Office) -> Sender:
    owner = set_up(office)
    with office.ports.unit_of_work() as uow:
        member = uow.dashboard.members.joined("olga@acme.test")
    assert member is not None
    template = import_template(
        ImportTemplate(
            account_id=member.account_id,
            name="Lease",
            upload=StagedBytes(contract()),
            file_name="lease.pdf",
            roles=(Role(label="Landlord"), Role(label="Tenant", order=2)),
        ),
        office.ports,
    )
    tags = (
        Tag(id=new_short_id(), name="rent", label="Rent", kind=TagKind.NUMBER),
        Tag(id=new_short_id(), name="begins", label="First day", kind=TagKind.DATE),
        Tag(id=new_short_id(), name="city", label="City"),
    )
    form = import_form(
        ImportForm(
            account_id=member.account_id,
            origin="nextsign",
            name="Offer",
            files=(("offer.pdf", contract()),),
            tags=tags,
            defaults={"settings": {}},
        ),
        office.ports,
    )
    return Sender(office, owner, member.account_id, template.id, form.id)


def row(number: int) -> str:
    return f"Lan {number},lan{number}@many.test,Ten {number},ten{number}@many.test"


def rows(count: int) -> str:
    return "\n".join([HEAD, *map(row, range(count))])


def table(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


# ------------------------------------------------------------------ from file to envelopes


def test_each_row_becomes_an_envelope_of_its_own(sender: Sender) -> None:
    path = sender.brought(rows(3))
    assert "All rows are right" in texts(sender.page(path))
    assert sender.sent_mails() == []
    assert sender.send(path).headers["location"] == f"{path}?done=begun"
    assert sender.sent_mails() == ["lan0@many.test", "lan1@many.test", "lan2@many.test"]
    assert sender.numbers(path) == {
        "total": 3, "done": 3, "ended": True,
        "waiting": 0, "sent": 3, "failed": 0, "cancelled": 0,
    }  # fmt: skip
    links = re.findall(
        r'href="(/dashboard/envelopes/[\w-]+)">(lan\d@many.test)<', sender.page(path)
    )
    assert len(links) == 3
    said = texts(sender.page(links[0][0]))
    assert "Lan 0" in said
    assert "Ten 0" in said
    assert "Lease" in said


def test_a_form_is_filled_in_by_each_row(sender: Sender) -> None:
    data = (
        "Name;E-mail;Rent;First day;City;Name 2;Email 2\n"
        "Åse Øst;aase@many.test;4500,50;31.12.2026;Nuuk;;\n"
        "Bo Vest;bo@many.test;1;2027-01-01;Tórshavn;Eva Vest;eva@many.test\n"
    ).encode("cp1252")
    path = sender.brought(data, f"form:{sender.form}")
    assert sender.problems(path) == []
    sender.send(path)
    assert sender.sent_mails() == ["aase@many.test", "bo@many.test", "eva@many.test"]
    assert sender.numbers(path)["sent"] == 2
    with sender.office.ports.unit_of_work() as uow:
        found = uow.dashboard.batches.rows(path.rpartition("/")[2])
        assert [one.cells for one in found] == [(), ()], "what was sent is kept no longer"
        envelope = uow.envelopes.get(found[0].envelope_id)
    assert envelope.origin == "nextsign"
    assert envelope.name == "Offer"


# ------------------------------------------------------------------ checked before


def test_every_row_is_checked_and_all_that_is_wrong_is_told_by_row_and_column(
    sender: Sender,
) -> None:
    data = "\n".join(
        [
            "name,email,rent,first day,city",
            "Ann,ann@many.test,1000,2026-12-31,Nuuk",
            "Bo,bo.many.test,1000,2026-12-31,Nuuk",
            ",cy@many.test,1000,2026-12-31,Nuuk",
            "Di,di@many.test,much,31/12/2026,Nuuk",
            "Ed,ed@many.test,1000,2026-02-30,<b>Nuuk</b>",
            "ANN,ann@many.test,1000,2026-12-31,Nuuk",
        ]
    )
    path = sender.brought(data, f"form:{sender.form}")
    assert "5 of 6 rows can't be sent as they are" in texts(sender.page(path))
    assert sender.problems(path) == [
        "3 email bo.many.test is not an e-mail address",
        "4 name is missing",
        "5 rent much is not a number like 1234.50",
        "5 first day 31/12/2026 is not a date like 2026-12-31 or 31.12.2026",
        "6 first day 2026-02-30 is not a date like 2026-12-31 or 31.12.2026",
        "6 city &lt;b&gt;Nuuk&lt;/b&gt; has markup, which would be written as it stands",
        "7 the whole row says the same as row 2",
    ]
    assert sender.send(path).status_code == 422
    assert sender.sent_mails() == []


def test_the_file_to_correct_can_be_corrected_and_brought_again(sender: Sender) -> None:
    path = sender.brought(f"{HEAD}\n{row(1)}\nLan 2,wrong,Ten 2,ten2@many.test")
    answer = sender.owner.get(f"{path}/rows.csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    head, first, second = table(answer.content)
    assert head == [*HEAD.split(","), "What is wrong"]
    assert first == [*row(1).split(","), ""]
    assert second[-1] == "Landlord email is not an e-mail address"
    corrected = answer.text.replace("wrong,Ten", "lan2@many.test,Ten")
    again = sender.brought(corrected)
    assert "All rows are right" in texts(sender.page(again))


def test_the_right_rows_may_be_sent_without_the_wrong_ones(sender: Sender) -> None:
    path = sender.brought(f"{HEAD}\n{row(1)}\nLan 2,wrong,Ten 2,ten2@many.test")
    assert sender.send(path, leave_out="yes").status_code == 303
    assert sender.sent_mails() == ["lan1@many.test"]
    assert sender.numbers(path)["failed"] == 1
    failed = table(sender.owner.get(f"{path}/rows.csv", params={"show": "failed"}).content)
    assert failed[1][1] == "wrong"
    result = table(sender.owner.get(f"{path}/rows.csv").content)
    assert [line[:2] for line in result] == [["Row", "State"], ["2", "sent"], ["3", "failed"]]
    assert "/dashboard/envelopes/" in result[1][3]


def test_columns_are_guessed_and_can_be_changed(sender: Sender) -> None:
    path = sender.brought("who,where,other,address\nLan,lan@many.test,Ten,ten@many.test")
    page = sender.page(path)
    assert "Say which column is what" in texts(page)
    assert sender.send(path).status_code == 422
    slots = ("person.0.name", "person.0.email", "person.1.name", "person.1.email")
    plan = {f"slot.{name}": str(column) for column, name in enumerate(slots)}
    done = post(sender.owner, f"{path}/plan", title="Lease 2027", language="sv", **plan)
    assert done.headers["location"] == f"{path}?done=checked"
    assert "All rows are right" in texts(sender.page(path))
    sender.send(path)
    mails = sender.office.mails("lan@many.test")
    assert "Lease 2027" in mails[0]["text"]
    assert "ber dig läsa och signera" in mails[0]["text"]


@pytest.mark.parametrize("plan", [{"slot.person.0.name": "99"}, {"slot.person.0.name": "x"}])
def test_columns_that_there_are_not_are_refused(sender: Sender, plan: dict[str, str]) -> None:
    path = sender.brought(rows(1))
    answer = post(sender.owner, f"{path}/plan", title="x", language="en", **plan)
    assert answer.status_code == 422


# ------------------------------------------------------------------ sent once


def test_a_batch_is_begun_once_however_often_the_button_is_pressed(sender: Sender) -> None:
    path = sender.brought(rows(2))
    assert [sender.send(path).status_code for _ in range(3)] == [303, 409, 409]
    assert len(sender.sent_mails()) == 2
    assert sender.send(path).status_code == 409
    replanned = post(sender.owner, f"{path}/plan", title="x", language="en")
    assert replanned.status_code in (409, 422)
    assert len(sender.sent_mails()) == 2


def test_a_job_that_is_done_twice_sends_nothing_twice(sender: Sender) -> None:
    path = sender.brought(rows(AT_ONCE + 5))
    sender.send(path)
    batch_id = path.rpartition("/")[2]
    for _ in range(4):
        send_batch(batch_id, app.ROW_SENDERS, sender.office.ports)
    mails = sender.sent_mails()
    assert len(mails) == len(set(mails)) == AT_ONCE + 5
    assert sender.numbers(path)["ended"]


def test_a_worker_that_dies_in_the_middle_of_a_row_has_sent_it_or_not(
    sender: Sender,
) -> None:
    """Dies before and after the commit of each row: what the next one finds is one of both."""
    path = sender.brought(rows(4))
    sender.send(path)
    batch_id = path.rpartition("/")[2]
    handler = jobs.handlers(sender.office.ports, app.ROW_SENDERS)["send_batch"]
    died = 0
    for _ in range(20):
        dying = _Dying(sender.office.ports, after=died % 2 == 1)
        try:
            send_batch(batch_id, app.ROW_SENDERS, dying.ports)
        except _Killed:
            died += 1
            continue
        break
    handler({"batch": batch_id})
    mails = sender.sent_mails()
    assert died >= 4
    assert mails == sorted(f"lan{number}@many.test" for number in range(4))


class _Killed(BaseException):
    """Kill -9."""


class _Dying:
    """Ports whose first commit of an envelope never returns."""

    def __init__(self, ports: Any, *, after: bool) -> None:
        self._open, self._after = ports.unit_of_work, after
        self.ports = replace(ports, unit_of_work=self._unit)

    def _unit(self) -> Any:
        unit = self._open()
        commit, add = unit.commit, unit.envelopes.add
        touched = []

        def adding(*given: Any) -> None:
            touched.append(True)
            add(*given)

        def committing() -> None:
            if touched and not self._after:
                raise _Killed
            commit()
            if touched:
                raise _Killed

        unit.commit, unit.envelopes.add = committing, adding
        return unit


def test_the_rest_is_cancelled_and_what_was_sent_stays(sender: Sender) -> None:
    path = sender.brought(rows(AT_ONCE + 3))
    sender.send(path)
    send_batch(path.rpartition("/")[2], app.ROW_SENDERS, sender.office.ports)
    assert post(sender.owner, f"{path}/stop").headers["location"] == f"{path}?done=stopped"
    assert len(sender.sent_mails()) == AT_ONCE
    assert sender.numbers(path)["cancelled"] == 3
    assert "not sent" in texts(sender.page(path, show="cancelled"))


def test_rows_that_fail_say_why_and_what_was_sent_stays_sent(sender: Sender) -> None:
    path = sender.brought(rows(3))
    sender.send(path)
    with sender.office.ports.unit_of_work() as uow:
        uow.credentials.limit(sender.account_id, 1)
        uow.commit()
    assert sender.sent_mails() == ["lan0@many.test"]
    assert sender.numbers(path)["failed"] == 2
    assert "the number of envelopes is used up" in texts(sender.page(path, show="failed"))
    failed = table(sender.owner.get(f"{path}/rows.csv", params={"show": "failed"}).content)
    assert [line[:4] for line in failed[1:]] == [row(1).split(","), row(2).split(",")]


# ------------------------------------------------------------------ files


def xlsx(*lines: tuple[Any, ...]) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_xlsx_is_read_with_its_days_and_without_running_formulas(sender: Sender) -> None:
    data = xlsx(
        ("Name", "E-mail", "Rent", "First day", "City", None),
        ("Ann", "ann@many.test", 4500.5, datetime(2026, 12, 31), "Nuuk"),
        (None, None),
        ("Bo", '=HYPERLINK("http://evil.test","x")', 1000, datetime(2026, 12, 31), "Nuuk"),
    )
    path = sender.brought(data, f"form:{sender.form}")
    assert sender.problems(path) == ["4 E-mail is missing"]


@pytest.mark.parametrize(
    "data",
    [
        rows(1).encode(),
        b"\xef\xbb\xbf" + rows(1).encode(),
        rows(1).replace(",", ";").encode(),
        rows(1).replace(",", "\t").encode("utf-16"),
        ("sep=;\r\n" + rows(1).replace(",", ";")).encode(),
        rows(1).replace("\n", "\r\n").encode() + b"\r\n\r\n,,,\r\n",
        rows(1).replace("Lan 0", '"Läñ, 0"').encode("latin-1"),
    ],
)
def test_csv_is_read_as_programs_write_it(sender: Sender, data: bytes) -> None:
    path = sender.brought(data)
    assert "All rows are right" in texts(sender.page(path))


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/sharedStrings.xml", b"0" * (100 << 20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "choose a file"),
        (HEAD.encode(), "a line for each envelope"),
        (b"\x00\x01\x02", "neither a CSV nor an XLSX"),
        (b'a,b\n"x,y\n', "quotation mark"),
        (b"a,b\n1,2,3\n", "more cells than there are headings"),
        (b"PK\x03\x04 nonsense", "damaged"),
        (b"\xd0\xcf\x11\xe0 old", "save it as XLSX"),
        (bomb(), "too large when it is unpacked"),
        (rows(MOST_ROWS + 1).encode(), f"more than {MOST_ROWS} lines"),
        (b"x" * (10 << 20) + b"xx", "larger than 10 MB"),
        (b"a\n" + b"x" * 10_001, "more than 10000 characters"),
        (b"a," * 200 + b"b\n1\n", "more than 100 columns"),
    ],
)
def test_files_that_can_not_be_taken_are_refused_with_a_reason(
    sender: Sender, data: bytes, said: str
) -> None:
    answer = sender.bring(data)
    assert answer.status_code == 422
    assert said in texts(answer.text)


def test_what_is_downloaded_has_no_formula(sender: Sender) -> None:
    evil = ["=1+1", "+45 12", "-2", "@SUM(1)", "\t=1", "safe"]
    data = "a,b,c,d,e,f\n" + ",".join(f'"{cell}"' for cell in evil)
    path = sender.brought(data)
    (_head, line) = table(sender.owner.get(f"{path}/rows.csv").content)
    assert line[:6] == ["'=1+1", "'+45 12", "'-2", "'@SUM(1)", "'=1", "safe"]
    again = sender.brought(sender.owner.get(f"{path}/rows.csv").content)
    (_head, line) = table(sender.owner.get(f"{again}/rows.csv").content)
    assert line[1] == "'+45 12", "brought again it is what it was"


# ------------------------------------------------------------------ whose it is


def test_another_account_sees_nothing_of_it(sender: Sender) -> None:
    path = sender.brought(rows(1))
    stranger = add_other_account(sender.office)
    assert path not in stranger.get(LIST).text
    for part in ("", "/rows.csv", "/progress"):
        assert stranger.get(path + part).status_code == 404
    for part in ("/plan", "/send", "/stop", "/remove"):
        assert post(stranger, path + part, title="x", language="en").status_code == 404
    foreign = stranger.post(
        LIST,
        data={"source": f"template:{sender.template}"},
        files={"file": ("a.csv", rows(1).encode(), "text/csv")},
        headers=CLICK,
    )
    assert foreign.status_code == 404


def test_a_form_of_another_site_begins_nothing(sender: Sender) -> None:
    path = sender.brought(rows(1))
    evil = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
    for part in ("/send", "/plan", "/stop", "/remove"):
        assert post(sender.owner, path + part, evil, x="y").status_code == 403
    files = {"file": ("a.csv", rows(1).encode(), "text/csv")}
    assert sender.owner.post(LIST, files=files, headers=evil).status_code == 403


def test_no_cell_heading_or_name_becomes_markup(sender: Sender) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(
        [[EVIL, *HEAD.split(",")], [EVIL, EVIL, EVIL, EVIL, EVIL], ["x", *row(1).split(",")]]
    )
    answer = sender.bring(out.getvalue(), name=f"{EVIL}.csv")
    path = answer.headers["location"]
    post(sender.owner, f"{path}/plan", title=EVIL, language="en", **{"slot.title": "0"})
    pages = [sender.page(path), sender.page(LIST)]
    post(sender.owner, f"{path}/plan", title=EVIL, language="en",
         **{f"slot.person.{n}.{key}": str(1 + 2 * n + m)
            for n in (0, 1) for m, key in enumerate(("name", "email"))})  # fmt: skip
    pages.append(sender.page(path))
    sender.send(path, leave_out="yes")
    sender.office.work()
    pages += [sender.page(path), sender.page(LIST), sender.page("/dashboard/audit")]
    assert sender.numbers(path)["sent"] == 1
    for page in pages:
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert EVIL not in page


# ------------------------------------------------------------------ forgotten


def test_what_nobody_sends_is_forgotten(sender: Sender) -> None:
    path, other = sender.brought(rows(1)), sender.brought(f"{HEAD}\n{row(1)}\nx,y,z,w")
    sender.send(other, leave_out="yes")
    sender.office.work()
    assert post(sender.owner, f"{path}/remove").headers["location"] == f"{LIST}?done=removed"
    assert sender.owner.get(path).status_code == 404
    jobs.handlers(sender.office.ports)["forget_batch"]({"batch": other.rpartition("/")[2]})
    with sender.office.ports.unit_of_work() as uow:
        found = uow.dashboard.batches.rows(other.rpartition("/")[2])
    assert [one.cells for one in found] == [(), ()]
    assert [one.status for one in found] == [RowStatus.SENT, RowStatus.FAILED]
    assert "failed" in sender.page(other)
    jobs.handlers(sender.office.ports)["forget_batch"]({"batch": path.rpartition("/")[2]})


def test_workers_that_send_the_same_batch_at_once_send_each_row_once(
    postgres_url: str, tmp_path: Any
) -> None:
    with opened(tmp_path, database_url=postgres_url) as office:
        sender = new_sender(office)
        path = sender.brought(rows(20))
        sender.send(path)
        batch_id = path.rpartition("/")[2]
        with ThreadPoolExecutor(4) as pool:
            working = [
                pool.submit(send_batch, batch_id, app.ROW_SENDERS, office.ports) for _ in range(4)
            ]
            for one in working:
                one.result()
        assert sender.sent_mails() == sorted(f"lan{n}@many.test" for n in range(20))
        assert sender.numbers(path)["sent"] == 20


def test_it_works_on_postgresql_as_well(postgres_url: str, tmp_path: Any) -> None:
    with opened(tmp_path, database_url=postgres_url) as office:
        sender = new_sender(office)
        path = sender.brought(f"{rows(30)}\nx,y,z,w")
        assert sender.send(path, leave_out="yes").status_code == 303
        assert len(sender.sent_mails()) == 30
        assert sender.numbers(path)["failed"] == 1
        assert "lan29@many.test" in sender.page(path)
        assert table(sender.owner.get(f"{path}/rows.csv").content)[31][1] == "failed"
