// Where the systems place recordings before they name a class.
#pragma once

#include <cstdint>
#include <span>

#include "report/evaluated_system.h"
#include "report/panel_figure.h"

namespace liteheart {

/// A panel a system that was evaluated with samples: t-SNE of its embeddings, of the same
/// recordings for all, coloured by the most frequent classes.
PanelFigure embedding_figure(std::span<const EvaluatedSystem> systems, std::uint64_t seed);

}  // namespace liteheart
