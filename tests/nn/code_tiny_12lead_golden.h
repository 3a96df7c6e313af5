// What torch_state_dict_golden.py prints for code_tiny_12lead.pkl.
#pragma once

#include <cstdint>
#include <vector>

namespace liteheart::test {

struct GoldenTensor {
  const char* name;
  std::vector<std::int64_t> shape;
  double weighted_sum;  // of element i (from 1, row-major) times i modulo 97
};

inline const std::vector<GoldenTensor> kCodeTiny12Lead = {
    {"encoder_layers.0.conv1.conv.weight", {64, 12, 1, 9}, -4672.0084},
    {"encoder_layers.0.conv1.conv.bias", {64}, 16.3005135},
    {"encoder_layers.0.bn1.weight", {64}, 1634.93675},
    {"encoder_layers.0.bn1.bias", {64}, 57.058244},
    {"encoder_layers.0.bn1.running_mean", {64}, 16.4965906},
    {"encoder_layers.0.bn1.running_var", {64}, 57240.5788},
    {"encoder_layers.0.bn1.num_batches_tracked", {}, 6792},
    {"encoder_layers.0.conv2.conv.weight", {64, 64, 1, 9}, -35021.6397},
    {"encoder_layers.0.conv2.conv.bias", {64}, 4.61616693},
    {"encoder_layers.0.bn2.weight", {64}, 1861.43128},
    {"encoder_layers.0.bn2.bias", {64}, -452.58154},
    {"encoder_layers.0.bn2.running_mean", {64}, -7576.98617},
    {"encoder_layers.0.bn2.running_var", {64}, 76656.8466},
    {"encoder_layers.0.bn2.num_batches_tracked", {}, 6792},
    {"encoder_layers.0.conv3.conv.weight", {64, 12, 1, 1}, -36.3825017},
    {"encoder_layers.0.conv3.conv.bias", {64}, -317.679094},
    {"encoder_layers.1.conv1.conv.weight", {64, 64, 1, 9}, -51919.7314},
    {"encoder_layers.1.conv1.conv.bias", {64}, 5.66446808},
    {"encoder_layers.1.bn1.weight", {64}, 1629.94381},
    {"encoder_layers.1.bn1.bias", {64}, -535.820512},
    {"encoder_layers.1.bn1.running_mean", {64}, 2.19570384},
    {"encoder_layers.1.bn1.running_var", {64}, 33583.9532},
    {"encoder_layers.1.bn1.num_batches_tracked", {}, 6792},
    {"encoder_layers.1.conv2.conv.weight", {64, 64, 1, 9}, -38620.2911},
    {"encoder_layers.1.conv2.conv.bias", {64}, 8.49313133},
    {"encoder_layers.1.bn2.weight", {64}, 1840.00785},
    {"encoder_layers.1.bn2.bias", {64}, -784.113728},
    {"encoder_layers.1.bn2.running_mean", {64}, -2792.36078},
    {"encoder_layers.1.bn2.running_var", {64}, 9127.82056},
    {"encoder_layers.1.bn2.num_batches_tracked", {}, 6792},
    {"encoder_layers.1.conv3.conv.weight", {64, 64, 1, 1}, -481.692314},
    {"encoder_layers.1.conv3.conv.bias", {64}, -240.554382},
    {"encoder_layers.2.conv1.conv.weight", {64, 64, 1, 9}, -29442.0223},
    {"encoder_layers.2.conv1.conv.bias", {64}, 2.61354961},
    {"encoder_layers.2.bn1.weight", {64}, 1596.97506},
    {"encoder_layers.2.bn1.bias", {64}, -440.025527},
    {"encoder_layers.2.bn1.running_mean", {64}, -541.090787},
    {"encoder_layers.2.bn1.running_var", {64}, 22201.3218},
    {"encoder_layers.2.bn1.num_batches_tracked", {}, 6792},
    {"encoder_layers.2.conv2.conv.weight", {64, 64, 1, 9}, -17702.8367},
    {"encoder_layers.2.conv2.conv.bias", {64}, -2.1597877},
    {"encoder_layers.2.bn2.weight", {64}, 1711.18695},
    {"encoder_layers.2.bn2.bias", {64}, -45.8573669},
    {"encoder_layers.2.bn2.running_mean", {64}, -2802.41133},
    {"encoder_layers.2.bn2.running_var", {64}, 18356.7609},
    {"encoder_layers.2.bn2.num_batches_tracked", {}, 6792},
    {"encoder_layers.2.conv3.conv.weight", {64, 64, 1, 1}, -2235.75532},
    {"encoder_layers.2.conv3.conv.bias", {64}, -60.0262876},
    {"classifier.0.weight", {64, 64}, -407.186148},
    {"classifier.0.bias", {64}, -16.2278943},
    {"classifier.1.weight", {6, 64}, 88.3366203},
    {"classifier.1.bias", {6}, -6.02840173},
    {"transformer_layers.0.self_attention.bias", {1, 1, 96, 96}, 290321},
    {"transformer_layers.0.self_attention.c_attn.weight", {64, 192}, 61.6146743},
    {"transformer_layers.0.self_attention.c_attn.bias", {192}, -83.2408333},
    {"transformer_layers.0.self_attention.c_proj.weight", {64, 64}, -146.716927},
    {"transformer_layers.0.self_attention.c_proj.bias", {64}, -89.6202307},
    {"transformer_layers.0.norm1.weight", {64}, 1241.3829},
    {"transformer_layers.0.norm1.bias", {64}, -70.2783002},
    {"transformer_layers.0.norm2.weight", {64}, 1148.22537},
    {"transformer_layers.0.norm2.bias", {64}, -6.46043931},
    {"transformer_layers.0.fc1.weight", {256, 64}, -8675.36656},
    {"transformer_layers.0.fc1.bias", {256}, -2294.63498},
    {"transformer_layers.0.fc2.weight", {64, 256}, -42381.3464},
    {"transformer_layers.0.fc2.bias", {64}, -130.757233},
    {"position_encoding.positional_encoding", {200, 64}, 192513.851},
};

}  // namespace liteheart::test
