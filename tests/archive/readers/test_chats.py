"""Exports of Telegram and WhatsApp, in the shapes that the programs write; every post here is invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tawthiq.archive.reading import Covered, Defaults, Found, Item, Problem, Source, read_bytes, read_source
from tawthiq.model import Post

CHANNEL = 1550001234


def message(number: int, text: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "message",
        "date": "2022-03-12T10:00:00",
        "date_unixtime": str(1647075600 + number),
        "from": "شبكة البادية المختلقة",
        "from_id": f"channel{CHANNEL}",
        "text": text,
        "text_entities": [{"type": "plain", "text": text}] if isinstance(text, str) else [],
        **more,
    }


def export(*messages: dict[str, Any], number: int = CHANNEL, name: str = "شبكة البادية المختلقة") -> dict[str, Any]:
    return {"name": name, "type": "public_channel", "id": number, "messages": list(messages)}


def read(value: Any, name: str = "result.json", folder: Path | None = None) -> list[Found]:
    data = json.dumps(value, ensure_ascii=False).encode()
    if folder is None:
        return list(read_bytes(name, data))
    (folder / name).write_bytes(data)
    return list(read_source(Source.of_file(folder / name)))


def items(found: list[Found]) -> list[Item]:
    return [f for f in found if isinstance(f, Item)]


def post(item: Item) -> Post:
    assert item.report.post is not None
    return item.report.post


def test_a_channel_of_telegram() -> None:
    found = read(
        export(
            {"id": 1, "type": "service", "date": "2022-03-12T09:00:00", "action": "create_channel", "text": ""},
            message(2, "انفجرت عبوة ناسفة قرب الشحيل"),
            message(
                3,
                ["قُتل ", {"type": "bold", "text": "مدنيان"}, " في ", {"type": "hashtag", "text": "#الميادين"}],
                edited="2022-03-12T11:00:00",
                edited_unixtime="1647079200",
                reply_to_message_id=2,
            ),
            message(4, "خبر محوّل", forwarded_from="قناة أخرى مختلقة"),
            message(5, "", poll={"question": "؟"}),
        )
    )
    second, third, fourth = items(found)
    assert (second.report.report, second.named, second.locator) == (f"tg-{CHANNEL}-2", True, f"chat {CHANNEL}, message 2")
    assert (second.report.published, second.report.dated_by) == ("2022-03-12T09:00:02+00:00", "message")
    assert second.report.source == "شبكة البادية المختلقة"
    assert third.report.text == "قُتل مدنيان في #الميادين"
    assert (post(third).edited, post(third).reply_to) == ("2022-03-12T10:00:00+00:00", "2")
    assert post(fourth).forwarded_from == "قناة أخرى مختلقة"
    covered = found[-1]
    assert isinstance(covered, Covered)
    assert (covered.channel, covered.first, covered.last, list(covered.messages)) == (str(CHANNEL), 1, 5, [1, 2, 3, 4, 5])


def test_a_whole_account_of_telegram() -> None:
    account = {
        "about": "Here is the data you requested.",
        "personal_information": {"user_id": 1, "first_name": "x"},
        "contacts": {"about": "", "list": [{"first_name": "a", "messages": "no list"}]},
        "chats": {"about": "", "list": [export(message(1, "خبر أول")), export(message(1, "خبر ثان"), number=77, name="غيرها")]},
        "left_chats": {"about": "", "list": []},
    }
    found = read(account)
    assert [(i.report.report, i.report.source) for i in items(found)] == [
        (f"tg-{CHANNEL}-1", "شبكة البادية المختلقة"),
        ("tg-77-1", "غيرها"),
    ]
    assert [c.channel for c in found if isinstance(c, Covered)] == [str(CHANNEL), "77"]


def test_an_album_is_one_post_with_all_its_media(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"first")
    (tmp_path / "photos" / "b.jpg").write_bytes(b"second")
    at = {"date_unixtime": "1647075700"}
    found = read(
        export(
            message(7, "صور من موقع الانفجار", photo="photos/a.jpg", **at),
            message(8, "", photo="photos/b.jpg", **at),
            message(9, "", photo="(File not included. Change data exporting settings to download.)", date_unixtime="1647075900"),
            message(10, "صورة بلا مجلد", photo="../outside.jpg", date_unixtime="1647076000"),
        ),
        folder=tmp_path,
    )
    album, alone, outside = items(found)
    assert (post(album).album, [m.name for m in album.report.media]) == ("7", ["photos/a.jpg", "photos/b.jpg"])
    assert [b.open().read() for b in album.beside] == [b"first", b"second"]
    assert (alone.report.text, len(alone.report.media), alone.beside) == ("", 1, ())
    assert outside.beside == ()


def test_odd_messages_are_told_and_the_rest_goes_on() -> None:
    found = read(
        export({"type": "message", "text": "no id"}, message(2, 5), message(3, "خبر"), message(4, [1, {"text": "x"}, "y"]))
    )
    assert [type(f).__name__ for f in found] == ["Problem", "Item", "Item", "Covered"]
    assert items(found)[1].report.text == "xy"


@pytest.mark.parametrize("value", [{"messages": [], "type": "x"}, {"about": "x", "chats": {"list": []}}])
def test_an_export_without_messages_is_a_problem(value: Any) -> None:
    (problem,) = read(value)
    assert isinstance(problem, Problem)


PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"/><title>Exported Data</title></head>
<body onload="CheckLocation();"><div class="page_wrap">
<div class="page_header"><div class="content"><div class="text bold">شبكة البادية المختلقة</div></div></div>
<div class="page_body chat_page"><div class="history">
<div class="message service" id="message-1"><div class="body details">12 March 2022</div></div>
<div class="message default clearfix" id="message2"><div class="pull_left userpic_wrap"></div><div class="body">
<div class="pull_right date details" title="12.03.2022 13:00:00 UTC+03:00">13:00</div>
<div class="from_name">شبكة البادية المختلقة</div><div class="text">انفجرت عبوة<br>قرب <a href="#">الشحيل</a></div></div></div>
<div class="message default clearfix joined" id="message3"><div class="body">
<div class="pull_right date details" title="12.03.2022 13:05:00 UTC+03:00">13:05</div>
<div class="reply_to details">In reply to <a href="#go_to_message2" onclick="return GoToMessage(2)">this message</a></div>
<div class="media_wrap clearfix"><a class="photo_wrap clearfix pull_left" href="photos/p.jpg"></a></div>
<div class="text">صورة من الموقع</div></div></div>
<div class="message default clearfix" id="message4"><div class="body">
<div class="pull_right date details" title="12.03.2022 13:06:00">13:06</div><div class="from_name">شبكة البادية المختلقة</div>
<div class="pull_left forwarded userpic_wrap"></div><div class="forwarded body">
<div class="from_name">قناة أخرى مختلقة<span class="date details" title="11.03.2022 09:00:00"> 11.03.2022</span></div>
<div class="text">خبر محوّل</div></div></div></div>
</div></div></div></body></html>"""


def test_an_html_export_of_telegram() -> None:
    found = list(read_bytes("messages.html", PAGE.encode()))
    second, third, fourth = items(found)
    assert second.report.text == "انفجرت عبوة\nقرب الشحيل"
    assert second.report.published == "2022-03-12T13:00:00+03:00"
    assert (post(third).reply_to, [m.name for m in third.report.media]) == ("2", ["photos/p.jpg"])
    assert (post(fourth).forwarded_from, fourth.report.text) == ("قناة أخرى مختلقة", "خبر محوّل")
    assert fourth.report.published == "2022-03-12T13:06:00"
    assert isinstance(found[-1], Covered)
    assert list(found[-1].messages) == [2, 3, 4]


ENGLISH = """12/03/2022, 10:15 - Messages and calls are end-to-end encrypted.
12/03/2022, 10:15 - أبو مختلق: انفجرت عبوة ناسفة
في سوق الميادين
13/03/2022, 22:05 - +963 9 000: <Media omitted>
13/03/2022, 22:06 - +963 9 000: IMG-20220313-WA0001.jpg (file attached)
صورة من المكان
13/03/2022, 22:07 - أبو مختلق: قُتل مدنيان: رجل وطفل
"""
ARABIC = (
    "\u200f١٢\u200f/٣\u200f/٢٠٢٢، ١٠:١٥ ص - \u200fأبو مختلق: انفجرت عبوة\n"
    "\u200f١٣\u200f/٣\u200f/٢٠٢٢، ١٠:٠٥ م - \u200fأبو مختلق: قصف على البلدة\n"
)
PHONE = (
    "\u200e[3/13/22, 10:05:09\u202fPM] أبو مختلق: قصف على البلدة\n"
    "[3/14/22, 9:00:00\u202fAM] أبو مختلق: \u200e<attached: 00000012-PHOTO.jpg>\n"
)


def texts(data: str, **more: Any) -> list[tuple[str, str | None, str | None]]:
    found = list(read_bytes("WhatsApp Chat with مرصد مختلق.txt", data.encode(), Defaults(**more)))
    assert not [f for f in found if isinstance(f, Problem)]
    return [(i.report.text, i.report.published, i.report.author) for i in items(found)]


def test_chats_of_whatsapp() -> None:
    assert texts(ENGLISH) == [
        ("انفجرت عبوة ناسفة\nفي سوق الميادين", "2022-03-12T10:15:00+02:00", "أبو مختلق"),
        ("صورة من المكان", "2022-03-13T22:06:00+02:00", "+963 9 000"),
        ("قُتل مدنيان: رجل وطفل", "2022-03-13T22:07:00+02:00", "أبو مختلق"),
    ]
    assert [t[:2] for t in texts(ARABIC)] == [
        ("انفجرت عبوة", "2022-03-12T10:15:00+02:00"),
        ("قصف على البلدة", "2022-03-13T22:05:00+02:00"),
    ]
    assert [t[1] for t in texts(PHONE)] == ["2022-03-13T22:05:09+02:00", "2022-03-14T09:00:00+02:00"]
    assert next(t[1] for t in texts(PHONE, zone="UTC")) == "2022-03-13T22:05:09+00:00"


def test_a_chat_knows_its_name_and_its_attachments(tmp_path: Path) -> None:
    (tmp_path / "IMG-20220313-WA0001.jpg").write_bytes(b"picture")
    path = tmp_path / "محادثة واتساب مع مرصد مختلق.txt"
    path.write_text(ENGLISH, encoding="utf-8")
    found = items(list(read_source(Source.of_file(path))))
    assert {i.report.source for i in found} == {"مرصد مختلق"}
    assert [b.open().read() for i in found for b in i.beside] == [b"picture"]
    again = items(list(read_source(Source.of_file(path))))
    assert [i.report.report for i in again] == [i.report.report for i in found]
    assert len({i.report.report for i in found}) == 3


def lines(*dates: str) -> bytes:
    return "".join(f"{d}, 10:15 - x: خبر {n}\n" for n, d in enumerate(dates)).encode()


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (("03/04/2022", "13/04/2022"), "2022-04-03"),
        (("03/04/2022", "04/13/2022"), "2022-03-04"),
        (("09/03/2022", "01/04/2022"), "2022-03-09"),
        (("2022-03-04", "2022-03-05"), "2022-03-04"),
    ],
)
def test_the_order_of_day_and_month_is_decided_once_for_a_file(dates: tuple[str, ...], first: str) -> None:
    found = items(list(read_bytes("_chat.txt", lines(*dates, dates[-1]))))
    assert (found[0].report.published or "")[:10] == first


@pytest.mark.parametrize("dates", [("03/04/2022", "05/06/2022"), ("13/04/2022", "04/13/2022")])
def test_an_ambiguous_chat_says_how_to_settle_it(dates: tuple[str, ...]) -> None:
    (problem,) = read_bytes("_chat.txt", lines(*dates, dates[-1]))
    assert isinstance(problem, Problem)
    assert "--date-order dmy or --date-order mdy" in problem.reason


def test_the_order_that_a_person_gives_settles_it() -> None:
    data = lines("03/04/2022", "05/06/2022", "05/06/2022")
    for day_first, first in ((True, "2022-04-03"), (False, "2022-03-04")):
        found = items(list(read_bytes("_chat.txt", data, Defaults(day_first=day_first))))
        assert (found[0].report.published or "")[:10] == first
