// Zagoruyko and Komodakis, "Paying More Attention to Attention: Improving the Performance of
// Convolutional Neural Networks via Attention Transfer", ICLR 2017: where a layer is active, not
// with which channels, is passed on. In one dimension the map is over time; networks of different
// strides meet in bins, into which the squares are averaged.
#pragma once

#include <ATen/core/Tensor.h>

namespace liteheart {

/// A layer's attention: features [batch, channel, 1, time] -> mean square over the channels,
/// [batch, bin].
at::Tensor attention_energy(const at::Tensor& features, std::int64_t bins);

/// Energies [batch, block, bin]: the squared distance of the maps, each of length 1, summed over
/// blocks, mean over the batch.
at::Tensor attention_transfer_loss(const at::Tensor& student, const at::Tensor& teacher);

}  // namespace liteheart
