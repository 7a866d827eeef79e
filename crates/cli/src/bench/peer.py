"""A GPT's training step in eager PyTorch: prints tokens a second. Arguments: layers width heads context batch words bias threads seconds."""
import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

N, D, H, T, B, V, BIAS, THREADS = map(int, sys.argv[1:9])
SECONDS = float(sys.argv[9])
torch.set_num_threads(THREADS)
torch.manual_seed(1)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm_1, self.norm_2 = nn.LayerNorm(D, bias=bool(BIAS)), nn.LayerNorm(D, bias=bool(BIAS))
        self.qkv, self.output = nn.Linear(D, 3 * D, bias=bool(BIAS)), nn.Linear(D, D, bias=bool(BIAS))
        self.up, self.down = nn.Linear(D, 4 * D, bias=bool(BIAS)), nn.Linear(4 * D, D, bias=bool(BIAS))

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = (z.view(b, t, H, D // H).transpose(1, 2) for z in self.qkv(self.norm_1(x)).split(D, 2))
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.output(mixed.transpose(1, 2).reshape(b, t, D))
        return x + self.down(F.gelu(self.up(self.norm_2(x))))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.positions = nn.Embedding(V, D), nn.Embedding(T, D)
        self.blocks = nn.ModuleList(Block() for _ in range(N))
        self.norm = nn.LayerNorm(D, bias=bool(BIAS))

    def forward(self, ids):
        x = self.words(ids) + self.positions(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x), self.words.weight)


model = Model()
for p in model.parameters():
    if p.dim() > 1:
        nn.init.normal_(p, 0, 0.02)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.1, fused=True)
times, start = [], None
while start is None or time.perf_counter() - start < SECONDS:
    x, y = torch.randint(0, V, (B, T)), torch.randint(0, V, (B, T))
    begin = time.perf_counter()
    loss = F.cross_entropy(model(x).view(-1, V), y.view(-1))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    loss.item()
    times.append(time.perf_counter() - begin)
    if start is None and len(times) == 5:
        times, start = [], time.perf_counter()
print(B * T / statistics.median(times))
