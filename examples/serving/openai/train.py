"""Trains a tiny GPT-2 on a few sentences, and saves it with its tokenizer and a chat template.

    python train.py FOLDER

A minute of training makes no wise model; it makes a real one: it has weights, a vocabulary and an end.
"""

import sys
from pathlib import Path

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

TALK = [
    ("Say hello.", "Hello! How are you today?"),
    ("Name a flower.", "An iris is a flower with six petals."),
    ("What is a funnel?", "A funnel is wide at its top and narrow at its end."),
    ("Is the server up?", "The server is up and answers."),
]
TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def main(folder):
    torch.manual_seed(0)
    texts = [f"<|user|>{question}<|end|><|assistant|>{answer}<|end|>" for question, answer in TALK]
    bpe = ByteLevelBPETokenizer()
    special = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    bpe.train_from_iterator(texts, vocab_size=400, special_tokens=special)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe._tokenizer, pad_token="<|pad|>", eos_token="<|end|>")
    tokenizer.chat_template = TEMPLATE
    tokenizer.add_special_tokens({"additional_special_tokens": special[2:]})
    end = tokenizer.eos_token_id
    model = GPT2LMHeadModel(GPT2Config(vocab_size=len(tokenizer), n_positions=256, n_embd=64, n_layer=2, n_head=4,
                                       bos_token_id=end, eos_token_id=end, pad_token_id=tokenizer.pad_token_id))
    batch = tokenizer(texts, return_tensors="pt", padding=True)
    labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(300):
        loss = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"loss {loss.item():.4f}")
    # The layout of the Hub's cache: the server finds the model there by its name, and lists it.
    cached = Path(folder) / "home" / "hub" / "models--mlfunnel--tiny"
    for made in (model, tokenizer):
        made.save_pretrained(cached / "snapshots" / "1")
    (cached / "refs").mkdir(exist_ok=True)
    (cached / "refs" / "main").write_text("1")


if __name__ == "__main__":
    main(sys.argv[1])
