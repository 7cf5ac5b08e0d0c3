"""Short answers in English and in every dialect on record; and texts that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import Answer, AnswerKind, understand

YES = "yes,YES!,y,ya,yup,yesss,you could,must be,ok,k,sure,ii,Ii.,aa,ᐄ,ᐋ,👍,👍🏽👍🏽,Yes please"
NO = (
    "no,n,nope,nah,nooo,not even,not really,no thx,don\u2019t,aakka,aagga,auka,nauk,iiqi,IIQI,"
    "imannaq,naaggai,naggai,naakka,aaka,aaga,ᐋᒃᑲ,ᐋᒡᒐ,ᓇᐅᒃ,👎"
)
THANKS = (
    "thanks,thx,ty,tysm,qujannamiik,kujanamik,ᖁᔭᓐᓇᒦᒃ,nakurmiik,nakurmik,nakummek,ma'na,ma\u2019na,"
    "quana,qujanainni,qujanaqqutit,matna,🙏"
)


def _cases(kind: AnswerKind, texts: str) -> list[tuple[str, AnswerKind]]:
    return [(text, kind) for text in texts.split(",")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *_cases(AnswerKind.YES, YES),
        *_cases(AnswerKind.NO, NO),
        *_cases(AnswerKind.YES, "oui,Ouais,d\u2019accord,bien sûr"),
        *_cases(AnswerKind.NO, "non,Non merci"),
        *_cases(AnswerKind.HELP, "AIDE,aidez-moi,à l\u2019aide"),
        *_cases(AnswerKind.WHO, "qui?,c'est qui"),
        *_cases(AnswerKind.THANKS, THANKS),
        *_cases(
            AnswerKind.GREETING, "hi,hello,heyyy,ai,ainngai,atelihai,ullaakkut,ᐊᐃ,good morning"
        ),
        *_cases(AnswerKind.STOP, "STOP,stop.,unsubscribe,arrêt,nuqqarli,ᓄᖅᑲᕐᓕ"),
        *_cases(AnswerKind.HELP, "help,HELP ME!!,ikajulaunnga,ᐃᑲᔪᓚᐅᓐᖓ,piulilaunnga"),
        *_cases(AnswerKind.TOMORROW, "tomorrow,tmrw,2moro,qauppat,qaukpat,aqagu"),
        *_cases(AnswerKind.TODAY, "today,2day,ullumi,ublumi,ᐅᓪᓗᒥ"),
        *_cases(AnswerKind.WHO, "who?,who is this,kina,ᑭᓇ?"),
        *_cases(AnswerKind.WHERE, "where,nani,nauk?,ᓇᐅᒃ?"),
    ],
)
def test_whole_messages(text: str, kind: AnswerKind) -> None:
    assert understand(text) == Answer(kind)


@pytest.mark.parametrize(
    ("text", "digit"),
    [
        *[
            (sign.replace("1", d), d)
            for d in "0123456789"
            for sign in ("1", "1.", "#1", "1)", "(1)", " 1 ")
        ],
        ("one", "1"),
        ("Two!", "2"),
        ("2️⃣", "2"),
        ("１", "1"),
        ("ᐊᑕᐅᓯᖅ", "1"),
        ("atausiq", "1"),
        ("marruuk", "2"),
        ("pingasut", "3"),
        ("sitamat", "4"),
        ("tisamat", "4"),
        ("tallimat", "5"),
    ],
)
def test_digits(text: str, digit: str) -> None:
    assert understand(text) == Answer(AnswerKind.DIGIT, digit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "?",
        "asu",
        "ASU!",
        "taima",
        "imannak",
        "imanna",
        "i",
        "a",
        "aaaaaaah",
        "aaaa",
        "god",
        "12",
        "911",
        "1 2",
        "stop him he's outside",
        "no he is here",
        "yes but not now",
        "nuqqaqtuq",
        "help my friend",
        "ikajuqti",
        "😭",
        "👍👎",
    ],
)
def test_texts_that_are_no_short_answer(text: str) -> None:
    assert understand(text) is None


@given(st.text(max_size=60))
def test_any_text_is_survived(text: str) -> None:
    answer = understand(text)
    assert answer is None or (answer.digit is None) == (answer.kind is not AnswerKind.DIGIT)


@pytest.mark.parametrize(
    ("text", "digit"),
    [
        *((text, "2") for text in ("2 no", "no 2", "2. no", "2-no", "2 please", "2 i think")),
        *((text, "2") for text in ("2 aakka", "Nope, 2", "2\nplease", "2) no!")),
        *((text, "1") for text in ("1 yes", "yes 1", "1. ii", "oui 1", "1 ok", "1 svp")),
    ],
)
def test_a_digit_with_its_word_is_that_digit(text: str, digit: str) -> None:
    assert understand(text) == Answer(AnswerKind.DIGIT, digit)


@pytest.mark.parametrize(
    "text",
    ["1 no", "2 yes", "no 1", "3 no", "2 men at my door", "22 no", "no", "2" + " " * 60 + "no"],
)
def test_a_digit_with_another_word_is_not(text: str) -> None:
    found = understand(text)
    assert found is None or found.kind is not AnswerKind.DIGIT
