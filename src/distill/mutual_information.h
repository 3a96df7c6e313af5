// Cross-layer mutual information: the student's layers are made to tell as much as possible about
// the teacher's.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>

#include <string_view>
#include <vector>

namespace liteheart {

/// Lower bounds on mutual information that can be maximized.
enum class InformationBound {
  kInfoNce,        // van den Oord et al. 2018, over the batch, both directions
  kGaussian,       // Barber and Agakov 2003 with a Gaussian of learned variance
  kJensenShannon,  // Hjelm et al. 2019, pairs of the batch as negatives
};
/// "infonce", "gaussian", "jensen-shannon". Throws Error listing them.
InformationBound information_bound(std::string_view name);

/// Projections of pooled layer embeddings into one space, and the learned attention over teacher
/// layers by which layers of different depth find each other.
struct CrossLayerInformationImpl : torch::nn::Module {
  CrossLayerInformationImpl(const std::vector<std::int64_t>& student_widths,
                            const std::vector<std::int64_t>& teacher_widths,
                            InformationBound information);
  /// Embeddings [batch, width] per layer. Returns the negated bound, in nats, averaged over student
  /// layers.
  torch::Tensor forward(const std::vector<torch::Tensor>& student,
                        const std::vector<torch::Tensor>& teacher);
  /// [student layer, teacher layer], rows sum to 1.
  torch::Tensor attention() const;

  InformationBound bound;
  torch::nn::ModuleList student_projections{nullptr}, teacher_projections{nullptr};
  torch::Tensor affinity;      // [student layer, teacher layer]
  torch::Tensor log_variance;  // [student layer, teacher layer], Gaussian only
};
TORCH_MODULE(CrossLayerInformation);

/// Linear probes, which read the teacher's outputs y from each encoder block h of the student: I(h;
/// y) >= H(y) + E[log q(y | h)] (Barber and Agakov, "The IM algorithm", NeurIPS 2003), where the
/// probe q is on the block's mean and maximum over time. In effect deep supervision (Lee et al.,
/// "Deeply-Supervised Nets", AISTATS 2015) by a teacher.
struct OutputProbesImpl : torch::nn::Module {
  OutputProbesImpl(std::size_t blocks, std::int64_t width, std::int64_t classes);
  /// blocks: each [batch, width, 1, time]. Returns q's logits by block, [batch, class].
  std::vector<torch::Tensor> forward(const std::vector<torch::Tensor>& blocks);

  torch::nn::ModuleList heads{nullptr};
};
TORCH_MODULE(OutputProbes);

}  // namespace liteheart
