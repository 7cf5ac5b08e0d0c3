"""What must and must not raise a text, from the field's own list of signals."""

import pytest

from bot.triage import Level, Tier, triage

EMERGENCIES = (
    """
gonna end it 2nite|took all my pills|took the whole bottle|got a rope and im done|gonna jump
wrote a goodbye letter|tell my kids i love them|this is bye|you wont see me no more
cut deep wont stop|im oding|i overdosed|shes gurgling|hes blue|hes grey|lips blue|wont wake up
cant wake her|not breathing|gave 2 narcans|too much fent|shes seizing|took 2 much|mixed g n booze
my friend took too much|shes not waking up lol|i think i did 2 much|hes hitting me|hes beating me
he choked me|he has a knife|he has a gun|hes outside my door|hes at the door
someone is breaking in|locked in bathroom|hes gonna kill me|cant breathe
i cant leave he locked me in|wont let me go|hes watching me not my phone|theyre driving me to mtl
in a motel dont know where|my baby wont wake|hes hurting my kid|pregnant n bleeding|water broke
chest pain|coughing blood|bleeding wont stop|i got stabbed|i was raped tonight
woke up n he was on top of me|hes here cant talk|cant feel my hands|so sleepy n cold
i stopped shivering|im on the bridge and want to die|cant stop bleeding|call 911
""".strip()
    .replace("\n", "|")
    .split("|")
)

URGENT = (
    """
wanna die|dont wanna be here|dont wanna be alive|wish i didnt wake up|no point
better off without me|tired of living|cant do this no more|hate being alive|been cutting
burning myself|kms|i want to unalive|want 2 b w my mom in heaven|dopesick|dope sick
i have the shakes need a drink|seizure when i stop drinking|need my methadone|missed my dose
bad date last night he wouldnt pay|he threatened me|he said hell find me|hes following me
he put an airtag on me|hes getting out of jail tmrw im scared|stranded|no ride home
dumped in gatineau|dont know where i am|havent seen her since friday|shes missing|sleeping outside
sleeping in the stairwell|locked out n freezing outside|cas is taking my kids|got arrested
in cells|i have a warrant|court 2moro no lawyer|kicked out|evicted|no place 2nite|couch fell thru
shelter full|relapsed|messed up again|nobody cares|i want out|done w this life|can u get me out
how do i leave|not safe|not ok|can u call me|i was raped last year|he takes all my money
he took my passport|posted my ad on leolist|he will send my nudes to everyone|using alone
new batch going round|my arm is infected n theres a red line|fever after a hit|help|HELP|sos|aide
info|911|988|ikajulaunnga|piulilaunnga
""".strip()
    .replace("\n", "|")
    .split("|")
)

LOWERED = ["i wont kill myself", "didnt OD", "im not gonna kill myself"]

ORDINARY = (
    """
this homework is killing me|dying laughing|im dead 💀|bomb party order came|that song slaps
hit me up|im down to come|ice on the road|snow tmrw|hard day|soft drink|side dish|point taken
dope beat|sick of this cold|shoot me the address|crash at my aunties|dentist date|kill two birds
id kill for a coffee|hanging out|cut my hair|jump on the bus|blue jacket|my phone died
OD'd on bannock lol|stop by at 2|help w a form pls|watched a show about suicide|911 call on tv
my gun licence came|skinning knife|seal hunt blood|going on the land, no signal 3 days
bridge is closed|how do i get narcan|what is pep|i have a fever|my head hurts|im so tired
dead tired|love you to death|kill time|i miss you|im pregnant!!|new phone who dis|ok|yes|1|2|👍|lol
good morning|see u thurs|thank u so much|what time is circle
""".strip()
    .replace("\n", "|")
    .split("|")
)


@pytest.mark.parametrize("text", EMERGENCIES)
def test_an_emergency_is_one(text: str) -> None:
    assert triage(text).level is Level.EMERGENCY


@pytest.mark.parametrize("text", URGENT)
def test_a_person_must_see_it(text: str) -> None:
    assert triage(text).level is not Level.ROUTINE


@pytest.mark.parametrize("text", LOWERED)
def test_a_denial_lowers_but_never_to_nothing(text: str) -> None:
    verdict = triage(text)
    assert verdict.tier is Tier.P2
    assert any(signal.negated for signal in verdict.signals)


def test_not_even_lowers_one_step_only() -> None:
    assert triage("not even gonna kms").tier is Tier.P1


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_talk_is_routine(text: str) -> None:
    assert triage(text).level is Level.ROUTINE


def test_a_joke_lowers_one_step_and_never_to_nothing() -> None:
    serious, joking = triage("gonna kms tonight"), triage("gonna kms tonight lol")
    assert (serious.tier, joking.tier) == (Tier.P0, Tier.P1)
    assert joking.signals[0].joking


def test_long_ago_lowers_one_step_and_says_so() -> None:
    verdict = triage("he raped me years ago")
    assert verdict.level is Level.URGENT
    assert any(signal.past for signal in verdict.signals)


def test_a_friend_is_as_urgent_as_oneself() -> None:
    verdict = triage("my friend took too much")
    assert verdict.level is Level.EMERGENCY
    assert verdict.signals[0].third_person
