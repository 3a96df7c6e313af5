#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "ecg/error.h"
#include "nn/import_code.h"

namespace liteheart {

void add_import(CLI::App& app) {
  CLI::App* command = app.add_subcommand("import",
                                         "Turn a PyTorch state dict of the backbone (such as "
                                         "code_tiny_12lead.pkl) into a model file.");
  struct Arguments {
    std::string file, out;
    bool force = false;
  };
  const auto a = std::make_shared<Arguments>();
  command
      ->add_option("FILE", a->file, "state dict as torch.save wrote it; nothing in it is executed")
      ->required();
  command->add_option("--out", a->out, "model file to write, e.g. code-tiny.safetensors")
      ->required();
  command->add_flag("--force", a->force, "replace a file that is at --out");
  command->footer("Example: liteheart import code_tiny_12lead.pkl --out code-tiny.safetensors");
  command->callback([a] {
    if (!a->force && std::filesystem::exists(a->out))
      throw Error(a->out, "is there already", "choose another name, or replace it with --force");
    const Model model = import_state_dict(a->file);
    save_model(a->out, model);
    fmt::print("{}: width {}, {} transformer layer(s), {} attention, {} classes\n", a->out,
               model.card.backbone.width, model.card.backbone.layers,
               model.card.backbone.causal ? "causal" : "full", model.card.classes.size());
  });
}

}  // namespace liteheart
