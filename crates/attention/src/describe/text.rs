//! The page as text.

use std::fmt::{self, Display, Formatter};

use super::{Group, Page, Part, Per, Picture, Section};

/// Where the second column begins.
const SHAPE: usize = 76;

impl Display for Page {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, {} parameters", self.title, grouped(self.parameters() as u64))?;
        writeln!(f, "\nLetters")?;
        writeln!(f, "  B sequences of a batch, S positions that are asked (keys and values)")?;
        for size in &self.sizes {
            writeln!(f, "  {} = {:<9} {}", size.letter, size.value, size.meaning)?;
        }
        writeln!(f, "\nEquations")?;
        self.flow.iter().try_for_each(|section| write_section(f, section))?;
        writeln!(f, "\nwhere")?;
        self.functions.iter().try_for_each(|section| write_section(f, section))?;
        self.masks.iter().try_for_each(|picture| write_mask(f, picture))?;
        self.write_parts(f)?;
        self.write_groups(f)?;
        self.write_products(f)
    }
}

impl Page {
    fn write_parts(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nParts{:>71}", "parameters")?;
        let tree = Node::root(&self.parts);
        tree.children.iter().try_for_each(|node| node.write(f, 1))
    }

    fn write_groups(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nParameters")?;
        let row = |f: &mut Formatter<'_>, name: &str, count: usize| {
            let share = 100.0 * count as f64 / self.parameters().max(1) as f64;
            writeln!(f, "  {name:<22}{:>16}{share:>8.1} %", grouped(count as u64))
        };
        for group in self.groups() {
            row(f, group.name(), self.parameters_of(group))?;
        }
        row(f, "total", self.parameters())?;
        row(f, "without embeddings", self.parameters_without_embeddings())
    }

    fn write_products(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let context = self.context;
        writeln!(f, "\nFloating-point operations of a forward (2 for each weight a token meets; context {context})")?;
        for product in &self.products {
            let matrix = format!("{} x {}", product.rows, product.columns);
            let times = if product.copies == 1 { String::new() } else { format!("x {}", product.copies) };
            let name = product.name.replace(".{}", "");
            let count = grouped(product.flops());
            writeln!(f, "  {name:<40}{matrix:>16} {times:<6}{count:>18} {}", product.per.name())?;
        }
        let (forward, training) = (grouped(self.flops_per_token()), grouped(self.training_flops_per_token()));
        writeln!(f, "  {:<63}{forward:>18} per token", "forward, on average")?;
        writeln!(f, "  {:<63}{training:>18} per token", "training, 3 times the forward")
    }
}

impl Group {
    /// As it stands in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Embedding => "embedding",
            Self::Attention => "attention",
            Self::FeedForward => "feed-forward",
            Self::Recurrence => "recurrence",
            Self::Norm => "norms",
            Self::Head => "head",
        }
    }
}

impl Per {
    /// As it stands in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "per token",
            Self::SourceToken => "per source token",
            Self::TargetToken => "per target token",
            Self::Guess => "per guess",
            Self::Sequence => "per sequence",
        }
    }
}

fn write_section(f: &mut Formatter<'_>, section: &Section) -> fmt::Result {
    writeln!(f, "  {}", section.title)?;
    for equation in &section.equations {
        let line = format!("    {:<width$}{}", equation.text, equation.shape, width = SHAPE - 4);
        writeln!(f, "{}", line.trim_end())?;
    }
    Ok(())
}

fn write_mask(f: &mut Formatter<'_>, picture: &Picture) -> fmt::Result {
    let spaced = |marks: &mut dyn Iterator<Item = char>| marks.map(|mark| format!(" {mark}")).collect::<String>();
    writeln!(f, "\n{}", picture.title)?;
    writeln!(f, "   {}", spaced(&mut picture.keys.chars()))?;
    for (query, row) in picture.queries.chars().zip(&picture.sees) {
        let marks = row.iter().map(|&sees| if sees { '#' } else { '.' });
        writeln!(f, "  {query}{}", spaced(&mut marks.into_iter()))?;
    }
    Ok(())
}

/// A module, as the paths of its parameters tell.
struct Node<'a> {
    name: String,
    tensors: Vec<&'a Part>,
    children: Vec<Node<'a>>,
}

impl<'a> Node<'a> {
    fn root(parts: &'a [Part]) -> Self {
        let mut root = Self::new(String::new());
        for part in parts {
            let path = part.name.replace(".{}", &format!(" x {}", part.copies));
            let mut names: Vec<_> = path.split('.').collect();
            names.pop();
            names.into_iter().fold(&mut root, |node, name| node.child(name)).tensors.push(part);
        }
        root
    }

    fn new(name: String) -> Self {
        Self { name, tensors: Vec::new(), children: Vec::new() }
    }

    fn child(&mut self, name: &str) -> &mut Self {
        let at = self.children.iter().position(|child| child.name == name).unwrap_or_else(|| {
            self.children.push(Self::new(name.into()));
            self.children.len() - 1
        });
        &mut self.children[at]
    }

    fn parameters(&self) -> usize {
        let own: usize = self.tensors.iter().map(|part| part.parameters()).sum();
        own + self.children.iter().map(Self::parameters).sum::<usize>()
    }

    fn write(&self, f: &mut Formatter<'_>, depth: usize) -> fmt::Result {
        let tensor = |part: &&Part| format!("{} {:?}", part.name.rsplit('.').next().unwrap_or(""), part.shape);
        let tensors: Vec<_> = self.tensors.iter().map(tensor).collect();
        let name = format!("{}{}", "  ".repeat(depth), self.name);
        writeln!(f, "{name:<30}{:<32}{:>14}", tensors.join(", "), grouped(self.parameters() as u64))?;
        self.children.iter().try_for_each(|child| child.write(f, depth + 1))
    }
}

/// `124,439,808`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands() {
        let written: Vec<_> = [0, 999, 1000, 124_439_808].into_iter().map(grouped).collect();
        assert_eq!(written, ["0", "999", "1,000", "124,439,808"]);
    }
}
