//! What stands on the page.

use std::collections::BTreeSet;

use salamander_kernels::Reach;

use super::place::number;

/// A model on one page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The family.
    pub title: String,
    /// Tokens of a sequence for which costs are counted; of the source and of the target each where there are both.
    pub context: usize,
    /// What the letters stand for.
    pub sizes: Vec<Size>,
    /// The way from tokens to the result.
    pub flow: Vec<Section>,
    /// The functions used on the way.
    pub functions: Vec<Section>,
    /// Who sees whom.
    pub masks: Vec<Picture>,
    /// The parameters.
    pub parts: Vec<Part>,
    /// The matrix products.
    pub products: Vec<Product>,
}

/// A letter and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    /// As it stands in shapes.
    pub letter: &'static str,
    /// What it counts.
    pub meaning: String,
    /// How many.
    pub value: usize,
}

/// Equations that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// A part of the way (`each of 12 layers`), or a function with its arguments (`attention(x)`).
    pub title: String,
    /// In the order in which they are computed.
    pub equations: Vec<Equation>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Equation {
    /// `x <- x + attention(layer_norm(x))`.
    pub text: String,
    /// The shape of what stands on the left: `[B, T, D]`; empty where it has none of its own.
    pub shape: &'static str,
}

/// Which part of a model a parameter belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Tables of vectors for tokens, positions and segments.
    Embedding,
    /// Projections of attention, and biases by distance.
    Attention,
    /// Matrices of the feed-forward.
    FeedForward,
    /// Matrices between a state and the next.
    Recurrence,
    /// Gains and shifts.
    Norm,
    /// What makes the result of the stream, beyond what it shares with the embedding.
    Head,
}

/// One parameter, or the like parameters of all layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its path in the module, with `{}` for the layer: `stack.blocks.{}.attention.query.weight`.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// In how many layers it stands.
    pub copies: usize,
    /// What it belongs to.
    pub group: Group,
}

/// What a product is computed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Per {
    /// Each token.
    Token,
    /// Each token of the source.
    SourceToken,
    /// Each token of the target.
    TargetToken,
    /// Each token whose word is to be named: all of them, but for training that hides some and asks for no others.
    Guess,
    /// Each sequence, once.
    Sequence,
}

/// How long a sequence is, or a source and its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Tokens of the source, `S`; 0 where there is none.
    pub source: usize,
    /// Tokens of the target, or of the only sequence, `T`.
    pub target: usize,
}

/// The product of a vector and a matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The path of what it belongs to.
    pub name: String,
    /// Rows of the matrix.
    pub rows: usize,
    /// Columns of the matrix.
    pub columns: usize,
    /// In how many layers it stands.
    pub copies: usize,
    /// What it is computed for.
    pub per: Per,
    /// In attention, what it has a row or a column for each of; these are counted for [`context`](Page::context).
    pub over: Option<Per>,
}

/// Which keys the first few queries see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Who looks at whom.
    pub title: String,
    /// Names of the queries.
    pub queries: &'static str,
    /// Names of the keys.
    pub keys: &'static str,
    /// For each query and each key, whether it is seen.
    pub sees: Vec<Vec<bool>>,
}

impl Page {
    /// An empty page.
    pub fn new(title: impl Into<String>, context: usize) -> Self {
        Self {
            title: title.into(),
            context,
            sizes: Vec::new(),
            flow: Vec::new(),
            functions: Vec::new(),
            masks: Vec::new(),
            parts: Vec::new(),
            products: Vec::new(),
        }
    }

    /// All parameters.
    pub fn parameters(&self) -> usize {
        self.parts.iter().map(Part::parameters).sum()
    }

    /// The parameters of one group.
    pub fn parameters_of(&self, group: Group) -> usize {
        self.parts.iter().filter(|part| part.group == group).map(Part::parameters).sum()
    }

    /// The groups that any parameter belongs to.
    pub fn groups(&self) -> BTreeSet<Group> {
        self.parts.iter().map(|part| part.group).collect()
    }

    /// All parameters but the tables of vectors, which are looked up and not computed with.
    pub fn parameters_without_embeddings(&self) -> usize {
        self.parameters() - self.parameters_of(Group::Embedding)
    }

    /// Operations of a forward for one of what `per` says.
    pub fn flops_per(&self, per: Per) -> u64 {
        self.products.iter().filter(|product| product.per == per).map(Product::flops).sum()
    }

    /// Operations of a forward over a whole sequence, or a source and a target, of [`context`](Self::context) tokens.
    pub fn flops_per_sequence(&self) -> u64 {
        self.flops_of(Extent { source: self.context, target: self.context })
    }

    /// Operations of a forward for one token, on average over the sequence; a source and a target of equal length where
    /// there are both.
    pub fn flops_per_token(&self) -> u64 {
        let two = self.products.iter().any(|product| product.per == Per::SourceToken);
        let tokens = self.context as u64 * if two { 2 } else { 1 };
        self.flops_per_sequence() / tokens.max(1)
    }

    /// Operations of a forward over a sequence of so many tokens, or a source and a target.
    pub fn flops_of(&self, extent: Extent) -> u64 {
        let count = |per| match per {
            Per::Token | Per::TargetToken | Per::Guess => extent.target as u64,
            Per::SourceToken => extent.source as u64,
            Per::Sequence => 1,
        };
        let context = self.context.max(1) as u64;
        let flops = |product: &Product| product.flops() * count(product.per);
        let cost = |product: &Product| match product.over {
            Some(keys) => flops(product) / context * count(keys),
            None => flops(product),
        };
        self.products.iter().map(cost).sum()
    }

    /// Operations of a forward over a sequence of so many tokens, or a source and a target, and of its gradients, which
    /// are two products of the same size for each.
    pub fn training_flops_of(&self, extent: Extent) -> u64 {
        3 * self.flops_of(extent)
    }

    /// Operations of a training step for one of what `per` says.
    pub fn training_flops_per(&self, per: Per) -> u64 {
        3 * self.flops_per(per)
    }

    /// Operations of a training step for one token: the forward, and twice as much for the gradients.
    pub fn training_flops_per_token(&self) -> u64 {
        3 * self.flops_per_token()
    }

    /// Notes what a letter stands for; once, where it stands for the same everywhere.
    pub fn size(&mut self, letter: &'static str, meaning: &str, value: usize) {
        let size = Size { letter, meaning: meaning.into(), value };
        if !self.sizes.contains(&size) {
            self.sizes.push(size);
        }
    }

    /// Adds a line to the way, under `title`.
    pub fn step(&mut self, title: &str, text: impl Into<String>, shape: &'static str) {
        let equation = Equation::new(text, shape);
        match self.flow.last_mut() {
            Some(section) if section.title == title => section.equations.push(equation),
            _ => self.flow.push(Section { title: title.into(), equations: vec![equation] }),
        }
    }

    /// Defines a function behind the first `at` of those there are, and says its name: another one where the name is
    /// taken by a function that computes something else.
    pub fn define(&mut self, at: usize, name: &str, arguments: &str, equations: Vec<Equation>) -> String {
        let mut number = 1;
        loop {
            let name = if number == 1 { name.to_owned() } else { format!("{name}{number}") };
            let title = format!("{name}({arguments})");
            match self.functions.iter().find(|function| function.title == title) {
                Some(function) if function.equations == equations => return name,
                Some(_) => number += 1,
                None => {
                    self.functions.insert(at.min(self.functions.len()), Section { title, equations });
                    return name;
                }
            }
        }
    }

    /// How `x` is written with elements dropped, if any are.
    pub fn dropped(&mut self, x: String, probability: f64) -> String {
        if probability == 0.0 {
            return x;
        }
        let line = Equation::new("y = 0 with chance p, else x / (1 - p), while training; x otherwise", "");
        let name = self.define(self.functions.len(), "dropout", "x, p", vec![line]);
        format!("{name}({x}, {})", number(probability))
    }

    /// Draws who sees whom, four queries and four keys.
    pub fn mask(&mut self, title: &str, queries: &'static str, keys: &'static str, reach: Reach) {
        let sees = |i: usize, j: usize| {
            reach.left.is_none_or(|left| j + left >= i) && reach.right.is_none_or(|right| j <= i + right)
        };
        let row = |i| (0..keys.len()).map(|j| sees(i, j)).collect();
        let sees = (0..queries.len()).map(row).collect();
        self.masks.push(Picture { title: title.into(), queries, keys, sees });
    }
}

impl Equation {
    /// A line whose left side has the given shape.
    pub fn new(text: impl Into<String>, shape: &'static str) -> Self {
        Self { text: text.into(), shape }
    }
}

impl Part {
    /// Its numbers, in all layers.
    pub fn parameters(&self) -> usize {
        self.copies * self.shape.iter().product::<usize>()
    }
}

impl Product {
    /// Its multiplications and additions, in all layers.
    pub fn flops(&self) -> u64 {
        2 * (self.rows * self.columns * self.copies) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_computes_something_else_has_another_name() {
        let mut page = Page::new("test", 4);
        let line = |text: &str| vec![Equation::new(text, "")];
        assert_eq!(page.define(0, "norm", "x", line("a")), "norm");
        assert_eq!(page.define(0, "norm", "x", line("a")), "norm");
        assert_eq!(page.define(0, "norm", "x", line("b")), "norm2");
        assert_eq!(page.define(0, "norm", "x", line("b")), "norm2");
        let titles: Vec<_> = page.functions.iter().map(|function| function.title.as_str()).collect();
        assert_eq!(titles, ["norm2(x)", "norm(x)"]);
    }

    #[test]
    fn costs_add_up() {
        let mut page = Page::new("test", 10);
        let product = |rows, per| Product { name: String::new(), rows, columns: 3, copies: 2, per, over: None };
        page.products = vec![product(5, Per::Token), product(7, Per::Sequence)];
        assert_eq!(page.flops_per(Per::Token), 60);
        assert_eq!(page.flops_per_sequence(), 684);
        assert_eq!(page.flops_per_token(), 68);
        page.products = vec![product(5, Per::SourceToken), product(7, Per::TargetToken)];
        assert_eq!((page.flops_per_sequence(), page.flops_per_token()), (1440, 72));
        assert_eq!(page.training_flops_per_token(), 216);
        let extent = Extent { source: 4, target: 3 };
        assert_eq!(page.flops_of(extent), 4 * 60 + 3 * 84);
        assert_eq!(page.training_flops_of(extent), 3 * (4 * 60 + 3 * 84));
    }
}
