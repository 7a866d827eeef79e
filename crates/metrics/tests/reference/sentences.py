"""The texts that scores are recorded on: written for this purpose, and worn down by a seed. No data set is in here."""

import random

ENGLISH = """The ferry leaves at half past nine, unless the fog is too thick.
Nobody had told the gardener that the gate was locked.
It cost $1,299.99 in 2019; today it's 15% cheaper.
"Are you sure?" she asked, and put the letter (unopened) back on the table.
Two of the three bridges were closed for repairs in mid-July.
A well-known painter's studio burnt down in 1887 - nothing was saved.
He ran, and ran, and ran until he could not run any more.
The committee's decision won't be published before 3:30 p.m.
Read the manual before you plug in the pump, please.
Snow fell on the hills, and the hills were quiet.
My grandmother kept her recipes in a blue tin box under the stairs.
If the value of x is less than 0.5, the needle doesn't move.
The train was late because the driver of the train before it was ill.
You can reach us by e-mail at desk@example.org or call +49-30-1234567.
There is a small café at the end of the pier that sells nothing but soup.
The cat sat on the mat while the dog, who was jealous, sat on the cat.
Prices rose by 3.5 per cent in the second quarter, and by 4 in the third.
In the dark, one cannot tell a friend from a fence post.
What the old clock lacked in accuracy it made up for in noise.
Please don't feed the swans; they bite.
The children built a raft of barrels and sailed it across the pond.
Water boils at 100 degrees, but not on top of a mountain.
We don't know who wrote the song, nor when, nor why.
After the storm the harbour was full of broken masts and loose ropes.
Her answer was short: no.
The museum is closed on Mondays & public holidays.
Use <b>bold</b> type, or &quot;quotes&quot;, if you must.
The library lends books, maps, tools and, since last year, cakes.
A baker's dozen is 13; a banker's dozen is 11.
Every window of the house was lit, though nobody lived there.""".splitlines()

GERMAN = """Die Fähre fährt um halb zehn, es sei denn, der Nebel ist zu dicht.
Über den Dächern der Stadt kreisten Möwen und schrien.
Das Buch kostet 12,50 Euro, gebraucht nur 4,- Euro.
„Kommst du mit?“, fragte er und griff nach dem größten Schirm.
Niemand wusste, wer das Tor am Abend zuvor abgeschlossen hatte.
Im Jahr 1887 brannte das Atelier des Malers bis auf die Mauern nieder.
Der Zug war zu spät, weil der Fahrer des Zuges davor krank war.
Straße, Maße und Fußgänger schreibt man mit ß.""".splitlines()

FRENCH = """Le bac part à neuf heures et demie, sauf si le brouillard est trop épais.
« Vous êtes sûre ? » demanda-t-elle en reposant la lettre.
L'été dernier, il n'y avait plus d'eau dans l'étang.
Le prix a augmenté de 3,5 % : c'est trop !
Les enfants ont construit un radeau et traversé l'étang.""".splitlines()

OTHERS = """渡轮九点半出发，除非雾太大。
他有3,000本书，可是一本也没读过。
我们不知道这首歌是谁写的（也不知道为什么）。
老钟不准，但是很响。OK?
Паром отходит в половине десятого, если нет тумана.
Никто не знал, кто запер ворота «вчера».
フェリーは九時半に出ます。
Το πλοίο φεύγει στις εννέα και μισή· ΟΔΥΣΣΕΥΣ.
İstanbul'da hava güzel, değil mi?
ça coûte 5€ – ou £4, ½ kilo, x² ≠ y…
👩‍👩‍👧 went home 🙂🙂 at 5🕔!
naive cafe\u0301 with accents that stand by themselves""".splitlines()

# What a tokenizer may stumble over.
ODD = [
    "", " ", ".", "..", ". .", "-", "- -", "a", "1", "1.", ".1", "1.1", "1,1", "1,", ",1", "1-", "-1", "1-1", "a-1", "1-a",
    "a.b", "a. b", "3.14.15", "U.S.A.", "e.g.", "don't", "'tis", "rock'n'roll", "“so”", "‘so’", "so…", "so...", "(so)", "((so",
    "so))", "&amp;", "&amp;amp;lt;", "&lt;b&gt;", "&quot;", "&nbsp;", "<skipped>", "a<skipped>b", "a-\nb", "a\nb", "a\n", "\na",
    "a\tb", "a\u00a0b", "a\u3000b", "a\u200bb", "a\u2028b", "a\x1cb", "a\x85b", "~`!@#$%^&*()_+={}[]|\\:;\"'<>,.?/",
    "x=1;y=2", "C++/C#", "50%", "$5", "€5", "5 €", "№7", "§3", "©2020", "1st", "½", "²", "٣,٤", "Ⅻ.", "①.②", "a\u0301.",
    "中.文", "中文", "中a文", "“中”", "中，文。", "\U00020000\U0002f800", "ｆｕｌｌ", "한국어.", "ไทย", "हिन्दी।", "\u2014", "a\u2014b",
    "🙂.", "🙂1.", "ﬁ", "ǅ", "İ", "ΑΣ", "ẞ", "http://example.org/a?b=c&d=e", "a@b.c", "--", "a--b", "1--2", "$1,000.50-$2,000",
    "Mr. X's 2nd, 3.5-fold, \"quick\" (re)try...", "end .", "end . ", "\u202eback", "a\u00adb", "\ufeffa", "a_b", "_", "__init__",
]  # fmt: skip

# What random lines are made of.
LETTERS = list("abzAZ019  ..,,--''\"()!?:;&<>/%$€£+=_*#@[]{}|~^`\\") + [
    "ß", "É", "é", "e\u0301", "я", "Σ", "中", "文", "，", "。", "「", "“", "”", "’", "–", "—", "…", "«", "»", "·", "½", "²", "٣", "Ⅷ",
    "°", "≠", "→", "🙂", "\u00a0", "\u2003", "\u3000", "\u200b", "\t", "\x1d", "。", "ー", "한", "\U00020021", "ก", "ि",
]  # fmt: skip

ANSWERS = [
    ("the Norman conquest", ["Norman Conquest", "the conquest by the Normans"]),
    ("in 1066", ["1066", "October 1066", "in the year 1066"]),
    ("a cat and a dog", ["the dog and the cat"]),
    ("", []),
    ("Denmark", []),
    ("", ["Denmark"]),
    ("the", []),
    ("the", ["a", "an"]),
    ("?!", ["..."]),
    ("U.S.A.", ["USA", "the U.S."]),
    ("thea anthem a-the", ["thea anthem athe", "anthem"]),
    ("so so so", ["so so", "so"]),
    ("1,000.5", ["1000.5", "10005"]),
    ("Zürich’s   lake", ["zürich’s lake", "Zürich's lake"]),
    ("a\u0301 b", ["b"]),
    ("an—apple", ["apple"]),
    ("“the” end", ["end"]),
    ("the_end", ["theend", "end"]),
    ("about 30 people in all", ["30 people", "about thirty people in the hall", "30"]),
    ("2nd\u00a0of May", ["2nd of May"]),
    ("Ὀδυσσεύς", ["ὈΔΥΣΣΕΎΣ"]),
]

ROOTS = """abil adjust agree allow analog angul appl argu arriv basic beauti begin believ bicycl blam bless boil bow box brew
broad buzz cabl carr caus ceas city class coal coff comm condition connect content control cool cry curs danc dang decid defin
depend die digit dirt dream dress dry dy eas eat effect electr enjoy enter equal ey fail fall fat feed feel fizz flow fly fre
free fulfil full gas gener geolog glor go grass grow hap harm help hiss hop hope horn hous howe ident ind inform inn inning
ital jog joy justif keen kiss lab lady lat law lay lie log long lov low ly mak mann map mat measur mem min miss mix money mov
musc new nat nation natur need news note obey occur off oper optim organ own oxid pain pan pass pay perform phys plan play pleas
plot pon possibl pray prefer pres priv prob proceed prod profess proper quit radic rat real ref rel reli rely replac research
respons rid rub run sad sal say sci see sens sens sex ship shy sing siz sk sky slow snow sol spec spy stat stay stress stud
succeed suppl sy sys tan tel theolog theor tie tim toy trad transl tree tri troubl try typ use util vac val vari vers vibrat vil
vis walk war way weak wis wond work yell yes zoolog""".split()

ENDINGS = """_ s es ies ed ied eed d ing y ly ally ely ily er ers est ful fully fulness ness less lessly ment ments ement ion ions
ional ionally ation ational ations ative ator ators ize izer izers ized izing ization alize alism alist ality al als ic ical
ically icate iciti icity ous ously ousness ive ively iveness iviti ivity able ably ability ible ibly ibility bility ance ancy
ence ency ant ent ently ism ist ist's ate ates ated ating ou logi logy ogy ee ees ll lled lling ss sses e i ingly edly""".split()


def worn(line: str, rng: random.Random, by: float) -> str:
    """The line as a poor translator would have written it."""
    words = line.split(" ")
    for _ in range(max(1, round(by * len(words)))):
        at = rng.randrange(len(words))
        match rng.randrange(7):
            case 0 if len(words) > 1:
                del words[at]
            case 1:
                words.insert(at, rng.choice(words))
            case 2 if at:
                words[at - 1], words[at] = words[at], words[at - 1]
            case 3:
                words[at] = words[at].swapcase()
            case 4:
                words[at] = words[at].strip(".,;:!?") or "so"
            case 5:
                words[at] = rng.choice(["the", "a", "of", "and", "die", "le", "was,", "not.", "1,5"])
            case _:
                words[at] = words[at][: len(words[at]) // 2] or "x"
    return " ".join(words)


def corpora(rng: random.Random) -> dict[str, list]:
    """Named lists of [hypothesis, [reference, …]]."""
    latin = ENGLISH + GERMAN + FRENCH
    everything = latin + OTHERS
    lowered = [line.lower() for line in latin]
    return {
        "good": [[worn(line, rng, 0.1), [line]] for line in latin],
        "poor": [[worn(line, rng, 0.7), [line]] for line in everything],
        "long": [[line + " " + worn(line, rng, 0.3), [line]] for line in everything],
        "three": [[worn(line, rng, 0.3), [line, worn(line, rng, 0.3), worn(line, rng, 0.8)]] for line in everything],
        "varying": [
            [worn(line, rng, rng.random()), [worn(line, rng, rng.random() / 2) for _ in range(rng.randint(1, 4))]]
            for line in everything * 2
        ],
        "lower": [[worn(line, rng, 0.2), [line]] for line in lowered],
        "short": [[" ".join(worn(line, rng, 0.3).split()[:3]), [" ".join(line.split()[:4])]] for line in everything],
        "two_words": [["so it", ["so it is"]], ["it is", ["it is"]]],
        "hopeless": [["ein ganz anderer Satz", ["nothing of the kind"]], ["x", ["y"]]],
        "no_pair": [["the that the", ["that or the"]], ["so", ["so"]]],
        "empty": [["", ["it was something"]], ["something", [""]], ["", [""]], ["the end", ["the end"]]],
        "silent": [["", ["it was something"]], [" ", ["or not"]]],
        "odd": [[odd, [rng.choice(ODD), odd + "."]] for odd in ODD],
    }


def lines(rng: random.Random) -> list[str]:
    """Lines for tokenizers."""
    drawn = ["".join(rng.choice(LETTERS) for _ in range(rng.randint(1, 24))) for _ in range(300)]
    return ENGLISH + GERMAN + FRENCH + OTHERS + ODD + drawn


def summaries(rng: random.Random) -> list:
    """Texts of several lines: [prediction, [reference, …]]."""
    pairs = []
    for _ in range(60):
        picked = rng.sample(ENGLISH + GERMAN[:2], rng.randint(1, 5))
        references = [
            "\n".join(worn(line, rng, 0.3) for line in rng.sample(picked, rng.randint(1, len(picked))))
            for _ in range(rng.randint(1, 3))
        ]
        pairs.append(["\n".join(worn(line, rng, 0.4) for line in picked), references])
    pairs += [["", ["a b"]], ["a b", [""]], ["", [""]], ["\n\n", ["a\n\nb"]], ["a b\n", ["\nb a"]], ["中文", ["中文"]]]
    return pairs
