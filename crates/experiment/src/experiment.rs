//! A recipe with everything decided.

use std::{cell::Cell, path::PathBuf, sync::Arc};

use burn::tensor::Device;
use salamander_datasets::{self as datasets, Corpus, Options, Shape};
use salamander_models::{Delimiters, Loaded, Model, ModelConfig, Recipe, Task, open};
use salamander_text::Tokenizer;

use crate::{
    Error, Part, Progress,
    part::shape,
    set::{Cutter, Set},
    task::{decide, shaped, with_head},
    vocabulary::tokenizer,
};

/// A recipe with everything decided.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// The recipe.
    pub recipe: Recipe,
    /// What the model is made of.
    pub config: ModelConfig,
    /// From text to ids and back.
    pub tokenizer: Arc<Tokenizer>,
    /// What the model is asked.
    pub task: Task,
    /// What there is to learn from.
    pub corpus: Corpus,
    /// What it begins as, if not at random.
    pub start: Option<Start>,
    /// How many texts were longer than `plan.seq_len` and lost their end.
    pub shortened: usize,
    /// What the data set is made of, before it was made into what the model is asked.
    pub(crate) shape: Shape,
    /// Whether there is but one batch, the first.
    pub(crate) one_batch: bool,
    /// The tokens around the texts of a model from elsewhere.
    pub(crate) delimiters: Option<Delimiters>,
    pub(crate) train: Option<Set>,
    pub(crate) validation: Option<Set>,
}

/// What a model begins as.
#[derive(Debug, Clone)]
pub struct Start {
    /// Where its parameters come from.
    pub folder: PathBuf,
    /// Those that are not there and begin at random all the same.
    pub fresh: Vec<String>,
    pub(crate) model: Model,
}

impl Experiment {
    /// Loads the data, learns or reads the tokenizer, decides on the model and cuts the batches.
    ///
    /// # Errors
    /// If the recipe, its data or its numbers do not fit together, or anything cannot be read.
    pub fn prepare(recipe: Recipe, progress: &mut dyn FnMut(Progress)) -> Result<Self, Error> {
        recipe.plan.validate()?;
        let Some(folder) = &recipe.start else {
            let sketch = recipe.config(Some(1))?;
            return Self::on_data(recipe, sketch, None, progress);
        };
        let Loaded { config, tokenizer, model, .. } = open(folder, &Device::default())?;
        let tokenizer = tokenizer.ok_or(Error::NoTokenizer)?;
        let mut experiment = Self::on_data(recipe, config, Some(tokenizer), progress)?;
        experiment.start = Some(experiment.started(model));
        Ok(experiment)
    }

    /// The same for a run that goes on: with the model and the words it has, whatever has become of where it began.
    ///
    /// # Errors
    /// If they and the recipe's data no longer fit together, or the data cannot be read.
    pub fn resume(
        recipe: Recipe,
        config: ModelConfig,
        tokenizer: Tokenizer,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, Error> {
        recipe.plan.validate()?;
        Self::on_data(recipe, config, Some(tokenizer), progress)
    }

    /// Words that are not known are learnt from the data, and only then the model has a size.
    fn on_data(
        recipe: Recipe,
        sketch: ModelConfig,
        words: Option<Tokenizer>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, Error> {
        let corpus = load(&recipe, &sketch, progress)?;
        let task = decide(&sketch, &corpus, recipe.data.task)?;
        let (shape, corpus) = (shape(&corpus), shaped(corpus, task));
        let (config, tokenizer) = match words {
            Some(words) => (sketch, words),
            None => {
                let learnt = tokenizer(&recipe.data, task, recipe.plan.seq_len, &corpus, progress)?;
                (recipe.config(Some(learnt.vocab_size()))?, learnt)
            }
        };
        let config = with_head(&recipe, config, task, &corpus)?;
        let mut experiment = Self::of(recipe, config, Arc::new(tokenizer), task, (shape, corpus))?;
        let (train, shortened) = experiment.cut(Part::Train, progress)?;
        let (validation, more) = experiment.cut(Part::Validation, progress)?;
        (experiment.train, experiment.validation) = (Some(train), Some(validation));
        experiment.shortened = shortened + more;
        Ok(experiment)
    }

    fn started(&self, model: Model) -> Start {
        let fresh = self.config.init(&Device::default()).without(&model);
        Start { folder: self.recipe.start.clone().unwrap_or_default(), fresh, model }
    }

    /// The model as it begins.
    pub(crate) fn begin(&self, device: &Device) -> Model {
        let model = self.config.init(device);
        match &self.start {
            Some(start) => model.begin_as(&start.model),
            None => model,
        }
    }

    /// What a model that is there already may be judged on: the data of `recipe`, in the model's own tokens.
    ///
    /// # Errors
    /// If the model has no tokenizer, it cannot do the recipe's task, or the data cannot be read.
    pub fn around(loaded: &Loaded, recipe: Recipe, progress: &mut dyn FnMut(Progress)) -> Result<Self, Error> {
        let tokenizer = loaded.tokenizer.clone().ok_or(Error::NoTokenizer)?;
        let corpus = load(&recipe, &loaded.config, progress)?;
        let task = decide(&loaded.config, &corpus, recipe.data.task)?;
        let (shape, corpus) = (shape(&corpus), shaped(corpus, task));
        let experiment = Self::of(recipe, loaded.config.clone(), Arc::new(tokenizer), task, (shape, corpus))?;
        Ok(Self { delimiters: loaded.delimiters.clone(), ..experiment })
    }

    /// Leaves but one batch, to be learnt by heart and checked on: a model that cannot do that has a mistake in it. Targets
    /// are not smoothed.
    pub fn overfit(&mut self) {
        self.one_batch = true;
        self.recipe.plan.smoothing = 0.0;
    }

    fn of(
        recipe: Recipe,
        config: ModelConfig,
        tokenizer: Arc<Tokenizer>,
        task: Task,
        (shape, corpus): (Shape, Corpus),
    ) -> Result<Self, Error> {
        let (asked, most) = (recipe.plan.seq_len, config.max_seq_len());
        if asked > most {
            return Err(Error::TooLong { asked, most });
        }
        if let Some(row) = task.row(asked).filter(|&row| config.joins() && row > most) {
            return Err(Error::LongRow { task: task.name(), seq_len: asked, row, most });
        }
        Ok(Self {
            recipe,
            config,
            tokenizer,
            task,
            corpus,
            start: None,
            shortened: 0,
            shape,
            one_batch: false,
            delimiters: None,
            train: None,
            validation: None,
        })
    }

    /// Whether there is anything in a part.
    pub fn has(&self, part: Part) -> bool {
        part.len(&self.corpus) > 0
    }

    /// The batches of a part, and how many texts lost their end.
    pub(crate) fn cut(&self, part: Part, progress: &mut dyn FnMut(Progress)) -> Result<(Set, usize), Error> {
        let cutter = self.cutter();
        let set = cutter.set(&self.corpus, part, progress)?;
        Ok((set, cutter.shortened.get()))
    }

    pub(crate) fn cutter(&self) -> Cutter<'_> {
        Cutter {
            plan: &self.recipe.plan,
            task: self.task,
            tokenizer: &self.tokenizer,
            delimiters: self.delimiters.as_ref(),
            tokens: tokens_folder(),
            shortened: Cell::new(0),
        }
    }
}

fn load(recipe: &Recipe, config: &ModelConfig, progress: &mut dyn FnMut(Progress)) -> Result<Corpus, Error> {
    let data = &recipe.data;
    let plain = Options::default();
    // Only the next token of a long text can be asked for without having all of the text in memory.
    let streams = config.joins() && matches!(data.task, None | Some(Task::Causal { packing: None }));
    let options = Options {
        seed: data.seed.unwrap_or(recipe.plan.seed),
        data: data.path.clone(),
        target: data.target.clone(),
        columns: data.columns.clone(),
        variant: data.variant.clone(),
        sizes: data.sizes.clone(),
        memory: if streams { plain.memory } else { u64::MAX },
        ..plain
    };
    Ok(datasets::load(&data.set, &options, &mut |now| progress(Progress::Download(now)))?)
}

/// Where files of tokens are kept: with the downloads.
fn tokens_folder() -> PathBuf {
    let cache = datasets::Places::default().cache;
    cache.unwrap_or_else(|| PathBuf::from(".cache")).join("tokens")
}
