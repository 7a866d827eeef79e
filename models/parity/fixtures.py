"""Writes tiny random checkpoints and what transformers computes with them.

    python3 fixtures.py OUT [--architecture NAME] [--seed N]   # OUT/<name>/{config.json,model.safetensors,reference.safetensors,operations.json}
    python3 fixtures.py --committed                            # the ones beside each architecture in this repository

Without --seed the sizes are those of the committed fixtures; with it, sizes and choices are drawn at random too.
"""

import argparse
import json
import random
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import torch
import transformers
from safetensors.torch import save_file
from torch.utils.flop_counter import FlopCounterMode

# Fixtures: name -> (function, folder beside the architecture). Filled by @fixture.
FIXTURES: dict[str, tuple[Callable, str]] = {}


@dataclass
class Plan:
    """What to make: the class and its config, and what to change in the model and in the config.json written."""

    kind: type
    config: transformers.PreTrainedConfig
    prepare: Callable = lambda model: None
    rewrite: Callable = lambda config: config


@dataclass
class Draw:
    """The committed value without a seed, one of the choices with it."""

    rng: random.Random | None

    def __call__(self, committed: Any, *choices: Any) -> Any:
        return self.rng.choice((committed, *choices)) if self.rng else committed


def fixture(name: str, folder: str) -> Callable:
    def register(function: Callable) -> Callable:
        FIXTURES[name] = (function, folder)
        return function

    return register


# ---------------------------------------------------------------- architectures


@fixture("gpt2", "gpt2/parity")
def gpt2(draw: Draw):
    heads, width = draw((3, 8), (2, 8), (4, 6), (1, 16), (2, 16))
    config = transformers.GPT2Config(
        vocab_size=draw(61, 40, 64),
        n_positions=draw(16, 12, 24),
        n_embd=heads * width,
        n_head=heads,
        n_layer=draw(2, 3),
        n_inner=draw(None, 20, 64),
        layer_norm_epsilon=draw(1e-5, 1e-3),
        tie_word_embeddings=draw(True, False),
        bos_token_id=1,
        eos_token_id=1,
    )
    return Plan(transformers.GPT2LMHeadModel, config)


def llama_config(draw: Draw, **choices):
    heads, kv_heads, head = draw((4, 2, 8), (4, 1, 6), (3, 3, 8), (6, 2, 4), (2, 1, 16))
    settings = dict(
        vocab_size=draw(59, 40, 64),
        hidden_size=heads * draw(head, 5, 10),  # need not be heads * head_dim
        intermediate_size=draw(44, 32, 56),
        num_hidden_layers=draw(2, 3),
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        head_dim=head,
        max_position_embeddings=draw(32, 16),
        rms_norm_eps=draw(1e-5, 1e-6, 1e-3),
        tie_word_embeddings=draw(False, True),
        bos_token_id=1,
        eos_token_id=2,
        rope_parameters={"rope_type": "default", "rope_theta": draw(10_000.0, 500_000.0, 100.0)},
    )
    if draw.rng and draw.rng.random() < 0.4:
        scaling = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0)
        # so short that some of the few wavelengths here are kept, some bent, some stretched
        settings["rope_parameters"] |= scaling | {"original_max_position_embeddings": 64}
    return transformers.LlamaConfig(**settings | choices)


@fixture("llama", "llama/parity/v5")
def llama(draw: Draw):
    return Plan(transformers.LlamaForCausalLM, llama_config(draw))


@fixture("llama-v4", "llama/parity/v4")
def llama_v4(draw: Draw):
    """Another model, its config.json as transformers 4 wrote it."""

    committed = {} if draw.rng else dict(
        num_attention_heads=3, num_key_value_heads=3, hidden_size=24, tie_word_embeddings=True, rms_norm_eps=1e-6
    )

    def rewrite(config: dict) -> dict:
        rope = dict(config.pop("rope_parameters"))
        theta, kind = rope.pop("rope_theta"), rope.pop("rope_type")
        config |= {"rope_theta": theta, "rope_scaling": None if kind == "default" else rope | {"rope_type": kind}}
        config.pop("dtype", None)
        return dict(sorted((config | {"torch_dtype": "float32", "transformers_version": "4.46.0"}).items()))

    return Plan(transformers.LlamaForCausalLM, llama_config(draw, **committed), rewrite=rewrite)


def bert_config(draw: Draw, **more):
    heads, width = draw((3, 8), (2, 8), (4, 6), (1, 16))
    return transformers.BertConfig(
        vocab_size=draw(60, 40, 64),
        hidden_size=heads * width,
        num_hidden_layers=draw(2, 3),
        num_attention_heads=heads,
        intermediate_size=draw(40, 32, 56),
        max_position_embeddings=draw(16, 12),
        type_vocab_size=draw(2, 3),
        layer_norm_eps=draw(1e-12, 1e-5),
        **more,
    )


@fixture("bert", "bert/parity/masked_lm")
def bert(draw: Draw):
    return Plan(transformers.BertForMaskedLM, bert_config(draw))


@fixture("bert-classifier", "bert/parity/classifier")
def bert_classifier(draw: Draw):
    return Plan(transformers.BertForSequenceClassification, bert_config(draw, num_labels=draw(3, 2, 5)))


@fixture("bert-tagger", "bert/parity/tagger")
def bert_tagger(draw: Draw):
    return Plan(transformers.BertForTokenClassification, bert_config(draw, num_labels=draw(5, 2, 3)))


@fixture("bert-answerer", "bert/parity/answerer")
def bert_answerer(draw: Draw):
    return Plan(transformers.BertForQuestionAnswering, bert_config(draw))


def electra_config(draw: Draw, **more):
    heads, width = draw((3, 8), (2, 8), (4, 6), (1, 16))
    return transformers.ElectraConfig(
        vocab_size=draw(60, 40, 64),
        embedding_size=draw(12, 8, heads * width),  # a map leads from it to the width of the stream, if they differ
        hidden_size=heads * width,
        num_hidden_layers=draw(2, 3),
        num_attention_heads=heads,
        intermediate_size=draw(40, 32, 56),
        max_position_embeddings=draw(16, 12),
        type_vocab_size=draw(2, 3),
        layer_norm_eps=draw(1e-12, 1e-5),
        **more,
    )


@fixture("electra-discriminator", "electra/parity/discriminator")
def electra_discriminator(draw: Draw):
    return Plan(transformers.ElectraForPreTraining, electra_config(draw, hidden_act=draw("gelu", "gelu_new", "relu")))


@fixture("electra-generator", "electra/parity/generator")
def electra_generator(draw: Draw):
    # the head bends with gelu whatever the layers do
    return Plan(transformers.ElectraForMaskedLM, electra_config(draw, hidden_act=draw("gelu_new", "gelu", "relu")))


@fixture("electra-classifier", "electra/parity/classifier")
def electra_classifier(draw: Draw):
    return Plan(transformers.ElectraForSequenceClassification, electra_config(draw, num_labels=draw(3, 2, 5)))


def bart_config(draw: Draw, **more):
    width = draw(24, 12, 36)
    return transformers.BartConfig(
        vocab_size=draw(58, 40, 64),
        d_model=width,
        encoder_layers=draw(2, 3, 1),
        decoder_layers=draw(2, 3, 1),
        encoder_attention_heads=draw(3, 2, 4),
        decoder_attention_heads=draw(2, 3, 4),
        encoder_ffn_dim=draw(40, 32),
        decoder_ffn_dim=draw(32, 40),
        max_position_embeddings=draw(16, 12),
        **more,
    )


def shift(model) -> None:
    """The bias of the logits is no parameter there, and zero in published files."""
    generator = torch.Generator().manual_seed(5)
    model.final_logits_bias.copy_(torch.randn(model.final_logits_bias.shape, generator=generator))


@fixture("bart", "bart/parity/v5")
def bart(draw: Draw):
    config = bart_config(draw, scale_embedding=draw(False, True))
    return Plan(transformers.BartForConditionalGeneration, config, shift)


@fixture("bart-v4", "bart/parity/v4")
def bart_v4(draw: Draw):
    """Another model, its config.json as transformers 4 wrote it."""

    def rewrite(config: dict) -> dict:
        config.pop("dtype", None)
        old = dict(
            add_bias_logits=False,
            add_final_layer_norm=False,
            classif_dropout=0.1,
            normalize_before=False,
            normalize_embedding=True,
            num_hidden_layers=config["encoder_layers"],
            torch_dtype="float32",
            transformers_version="4.12.0",
        )
        return dict(sorted((config | old).items()))

    config = bart_config(draw, scale_embedding=draw(True, False), activation_function=draw("gelu", "relu", "gelu_new"))
    return Plan(transformers.BartForConditionalGeneration, config, shift, rewrite)


def t5_config(draw: Draw, **choices):
    return transformers.T5Config(
        vocab_size=draw(58, 40, 64),
        d_model=draw(24, 16, 20),
        num_heads=draw(3, 2, 4),
        d_kv=draw(6, 8, 5),  # heads * d_kv need not be d_model
        d_ff=draw(40, 32),
        num_layers=draw(2, 3),
        num_decoder_layers=draw(2, 3, 1),
        relative_attention_num_buckets=draw(8, 6, 12),
        relative_attention_max_distance=draw(10, 16, 128),
        layer_norm_epsilon=draw(1e-6, 1e-3),
        decoder_start_token_id=0,
        **choices,
    )


@fixture("t5-v1_0", "t5/parity/v1_0")
def t5_v1_0(draw: Draw):
    config = t5_config(draw, feed_forward_proj="relu", tie_word_embeddings=True)
    return Plan(transformers.T5ForConditionalGeneration, config)


@fixture("t5-v1_1", "t5/parity/v1_1")
def t5_v1_1(draw: Draw):
    def untie(model) -> None:
        # transformers 5 ties every new T5 and unties one that it loads, if the file has both tensors
        model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
        model.all_tied_weights_keys.pop("lm_head.weight")

    def rewrite(config: dict) -> dict:
        config.pop("scale_decoder_outputs")  # as the published ones are: transformers 4 knew only the other key
        return config | {"tie_word_embeddings": False}

    config = t5_config(draw, feed_forward_proj="gated-gelu", tie_word_embeddings=False)
    return Plan(transformers.T5ForConditionalGeneration, config, untie, rewrite)


# ---------------------------------------------------------------- weights, inputs, outputs


@torch.no_grad()
def randomise(model: torch.nn.Module, generator: torch.Generator) -> None:
    """No parameter stays where training begins: a gain of 1 or a bias of 0 would hide that it is not read."""
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        gain = parameter.dim() == 1 and name.endswith("weight")
        parameter.copy_(1 + 0.3 * noise if gain else 0.2 * noise)


def inputs(model, draw: Draw, generator: torch.Generator) -> dict[str, torch.Tensor]:
    config = model.config
    length = draw(10, 7, 12)
    tokens = lambda n: torch.randint(3, config.vocab_size, (2, n), generator=generator)
    mask = torch.ones(2, length, dtype=torch.int64)
    mask[1, length - draw(3, 1, 4) :] = 0  # the second row is padded on the right
    made = {"input_ids": tokens(length) * mask, "attention_mask": mask}
    if config.model_type in ("bert", "electra"):
        made["token_type_ids"] = torch.randint(0, config.type_vocab_size, (2, length), generator=generator)
    if config.is_encoder_decoder:
        made["decoder_input_ids"] = tokens(draw(8, 5, 9))
        made["decoder_input_ids"][:, 0] = config.decoder_start_token_id
    return made


def logits(computed) -> torch.Tensor:
    if "start_logits" in computed:
        return torch.stack((computed.start_logits, computed.end_logits), -1)
    return computed.logits


@torch.no_grad()
def outputs(model, made: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    computed = model(**made, output_hidden_states=True)
    kept = {"logits": logits(computed)}
    for key in ("hidden_states", "encoder_hidden_states", "decoder_hidden_states"):
        for layer, states in enumerate(computed.get(key) or ()):
            kept[f"{key}.{layer}"] = states
    return {key: value.float().clone().contiguous() for key, value in kept.items()}


def operations(model, made: dict[str, torch.Tensor]) -> dict[str, int]:
    """The multiplications and additions of all matrix products, counted by PyTorch while it computes them."""
    with FlopCounterMode(display=False) as forward:
        loss = logits(model(**made)).square().sum()  # any that every logit has a part in
    with FlopCounterMode(display=False) as backward:
        loss.backward()
    forward, backward = forward.get_total_flops(), backward.get_total_flops()
    return {"forward": forward, "forward_and_backward": forward + backward}


def furthest(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> float:
    return max((a[key] - b[key]).abs().max().item() for key in a)


# ---------------------------------------------------------------- files


def write(name: str, folder: Path, seed: int | None) -> None:
    function, _ = FIXTURES[name]
    number = zlib.crc32(f"{name} {seed}".encode())
    draw = Draw(None if seed is None else random.Random(number))
    generator = torch.Generator().manual_seed(number)
    plan = function(draw)
    plan.config._attn_implementation = "eager"
    model = plan.kind(plan.config).eval()
    plan.prepare(model)
    randomise(model, generator)
    made = inputs(model, draw, generator)
    computed = outputs(model, made)
    save(model, plan.rewrite, folder)
    save_file(made | computed, folder / "reference.safetensors")
    (folder / "reference.safetensors").chmod(0o644)

    # The files are enough to compute the same again, and rounding is far below what a comparison tolerates.
    again = plan.kind.from_pretrained(folder, attn_implementation="eager").eval()
    assert furthest(computed, outputs(again, made)) < 1e-5, f"{name}: the files do not hold the whole model"
    (folder / "operations.json").write_text(json.dumps(operations(again, made), indent=2) + "\n")
    exact = furthest(computed, outputs(model.double(), made))
    assert exact < 3e-5, f"{name}: rounding alone makes a difference of {exact:.1e}"
    size = sum(file.stat().st_size for file in folder.iterdir())
    assert size <= 300_000, f"{name}: {size} bytes are too many"
    print(f"{folder}: {size / 1000:.0f} kB, largest |logit| {computed['logits'].abs().max():.1f}, rounding {exact:.0e}")


def save(model, rewrite: Callable, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        model.save_pretrained(scratch)
        config = json.loads((Path(scratch) / "config.json").read_text())
        (folder / "model.safetensors").write_bytes((Path(scratch) / "model.safetensors").read_bytes())
    (folder / "config.json").write_text(json.dumps(rewrite(config), indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, nargs="?", metavar="OUT")
    parser.add_argument("--architecture", metavar="NAME", choices=FIXTURES, help=", ".join(FIXTURES))
    parser.add_argument("--seed", type=int, metavar="N")
    parser.add_argument("--committed", action="store_true", help="write beside each architecture in this repository")
    arguments = parser.parse_args()
    if arguments.committed == (arguments.out is not None) or (arguments.committed and arguments.seed is not None):
        parser.error("give either OUT or --committed, and --seed only with OUT")
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)  # the order of sums, and so the last bits, depend on it
    for name in [arguments.architecture] if arguments.architecture else FIXTURES:
        models = Path(__file__).resolve().parents[1]
        folder = models / FIXTURES[name][1] if arguments.committed else arguments.out / name
        write(name, folder, arguments.seed)


if __name__ == "__main__":
    main()
