//! Makes another document of a document: the same of the same seed, on every machine.

/// A source of choices (SplitMix64), and what is done with them.
pub(crate) struct Mutator(u64);

/// What stands in signed messages, and what breaks them.
const TOKENS: &[&[u8]] = &[
    b"<!-- -->",
    b"<![CDATA[]]>",
    b"<![CDATA[x]]>",
    b"<?x?>",
    b"&amp;",
    b"&#10;",
    b"&#x41;",
    b"&x;",
    b" ",
    b"\n",
    b"\t",
    b"\r\n",
    b"<x/>",
    b"<x xmlns=\"\"/>",
    b" xmlns=\"\"",
    b" xmlns:ds=\"urn:x\"",
    b" xmlns:x=\"urn:x\"",
    b" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"",
    b" ID=\"_assertion\"",
    b" Id=\"_assertion\"",
    b" xml:id=\"_assertion\"",
    b" xml:lang=\"en\"",
    b" xml:base=\"http://x/\"",
    b"]]>",
    b"\xef\xbb\xbf",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
];

/// The parts of a signature that are taken away, doubled, moved and exchanged.
const PARTS: &[&str] = &[
    "Signature",
    "SignedInfo",
    "CanonicalizationMethod",
    "SignatureMethod",
    "Reference",
    "Transforms",
    "Transform",
    "DigestMethod",
    "DigestValue",
    "SignatureValue",
    "KeyInfo",
    "X509Data",
    "X509Certificate",
];

impl Mutator {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap();
        usize::try_from(self.next() % bound).unwrap()
    }

    fn one_of<'t, T: ?Sized>(&mut self, all: &[&'t T]) -> &'t T {
        all[self.below(all.len())]
    }

    /// One to three changes.
    pub(crate) fn mutate(&mut self, document: &[u8]) -> Vec<u8> {
        let mut document = document.to_vec();
        for _ in 0..=self.below(3) {
            document = self.change(document);
        }
        document
    }

    fn change(&mut self, document: Vec<u8>) -> Vec<u8> {
        match self.below(8) {
            0 => self.bytes(document),
            1 => self.token(&document),
            2 => self.whitespace_in_tag(&document),
            3 => self.namespace(document),
            4 | 5 => self.element(document, false),
            _ => self.element(document, true),
        }
    }

    fn bytes(&mut self, mut document: Vec<u8>) -> Vec<u8> {
        let at = self.below(document.len());
        match self.below(4) {
            0 => document[at] ^= 1 << self.below(7),
            1 => {
                document.remove(at);
            }
            2 => document.insert(at, b" <>&\"'=/x#"[self.below(10)]),
            _ => {
                let end = (at + self.below(40)).min(document.len());
                document.drain(at..end);
            }
        }
        document
    }

    /// A token at a boundary of markup, where it has the best chance to be well-formed.
    fn token(&mut self, document: &[u8]) -> Vec<u8> {
        let token = self.one_of(TOKENS);
        let boundary = if token.starts_with(b" ") { b'>' } else { b'<' };
        let places: Vec<usize> = positions(document, |byte| byte == boundary);
        let mut at = places[self.below(places.len())];
        if document[at - usize::from(at > 0)] == b'/' {
            at -= 1;
        }
        spliced(document, at, at, token)
    }

    fn whitespace_in_tag(&mut self, document: &[u8]) -> Vec<u8> {
        let places = positions(document, |byte| byte == b'>');
        let at = places[self.below(places.len())];
        let at = if document[at - 1] == b'/' { at - 1 } else { at };
        let space: &[u8] = self.one_of(&[b" ".as_slice(), b"\n", b"\t \r\n"]);
        spliced(document, at, at, space)
    }

    /// A declaration: renamed, given another name, taken away, or repeated further in.
    fn namespace(&mut self, document: Vec<u8>) -> Vec<u8> {
        let text = String::from_utf8_lossy(&document).into_owned();
        let places: Vec<usize> = text.match_indices(" xmlns").map(|(at, _)| at).collect();
        if places.is_empty() {
            return document;
        }
        let begin = places[self.below(places.len())];
        let Some(quote) = text[begin..].find(['"', '\'']) else {
            return document;
        };
        let mark = text[begin + quote..].chars().next().unwrap();
        let value = begin + quote + 1;
        let Some(length) = text[value..].find(mark) else {
            return document;
        };
        let declaration = text[begin..=value + length].to_owned();
        match self.below(4) {
            0 => text.replacen(&declaration, "", 1),
            1 => format!("{}x{}", &text[..value + length], &text[value + length..]),
            2 => {
                let tags: Vec<usize> = positions(text.as_bytes(), |byte| byte == b'>');
                let at = tags[self.below(tags.len())];
                let at = if text.as_bytes()[at - 1] == b'/' {
                    at - 1
                } else {
                    at
                };
                format!("{}{declaration}{}", &text[..at], &text[at..])
            }
            _ => text.replacen("xmlns:", "xmlns:x", 1),
        }
        .into_bytes()
    }

    /// An element: taken away, doubled, moved, exchanged with its neighbour, wrapped, or emptied.
    fn element(&mut self, document: Vec<u8>, of_signature: bool) -> Vec<u8> {
        let mut elements = elements(&document);
        if of_signature {
            elements.retain(|element| PARTS.contains(&&*element.name));
        }
        if elements.is_empty() {
            return document;
        }
        let chosen = self.below(elements.len());
        let (begin, end) = (elements[chosen].begin, elements[chosen].end);
        let piece = document[begin..end].to_vec();
        match self.below(6) {
            0 => spliced(&document, begin, end, b""),
            1 => spliced(&document, end, end, &piece),
            2 => {
                let without = spliced(&document, begin, end, b"");
                let places = positions(&without, |byte| byte == b'<');
                let at = places[self.below(places.len())];
                spliced(&without, at, at, &piece)
            }
            3 => {
                let next = elements.iter().find(|element| element.begin == end);
                match next.map(|element| (element.begin, element.end)) {
                    None => document,
                    Some((_, next_end)) => {
                        let exchanged = [&document[end..next_end], &piece].concat();
                        spliced(&document, begin, next_end, &exchanged)
                    }
                }
            }
            4 => {
                let wrapped = [b"<x>".as_slice(), &piece, b"</x>"].concat();
                spliced(&document, begin, end, &wrapped)
            }
            _ => {
                let places = positions(&document, |byte| byte == b'<');
                let at = places[self.below(places.len())];
                spliced(&document, at, at, &piece)
            }
        }
    }
}

/// An element's stretch in the text.
struct Stretch {
    name: String,
    begin: usize,
    end: usize,
}

/// Every element of a document that is more or less well-formed.
fn elements(document: &[u8]) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(offset) = document[at..].iter().position(|byte| *byte == b'<') {
        let begin = at + offset;
        let Some(length) = document[begin..].iter().position(|byte| *byte == b'>') else {
            break;
        };
        let tag = &document[begin..=begin + length];
        at = begin + length + 1;
        match tag.get(1) {
            Some(b'!' | b'?') => {}
            Some(b'/') => {
                if let Some(index) = open.pop() {
                    let element: &mut Stretch = &mut found[index];
                    element.end = at;
                }
            }
            _ => {
                let name = String::from_utf8_lossy(&tag[1..]);
                let name = name.split([' ', '\n', '\t', '/', '>']).next().unwrap();
                let name = name.rsplit(':').next().unwrap().to_owned();
                if !tag.ends_with(b"/>") {
                    open.push(found.len());
                }
                found.push(Stretch {
                    name,
                    begin,
                    end: at,
                });
            }
        }
    }
    found
}

fn positions(document: &[u8], is: impl Fn(u8) -> bool) -> Vec<usize> {
    let found: Vec<usize> = (1..document.len()).filter(|at| is(document[*at])).collect();
    if found.is_empty() { vec![0] } else { found }
}

fn spliced(document: &[u8], begin: usize, end: usize, what: &[u8]) -> Vec<u8> {
    [&document[..begin], what, &document[end..]].concat()
}
