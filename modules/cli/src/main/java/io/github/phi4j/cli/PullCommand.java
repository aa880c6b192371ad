package io.github.phi4j.cli;

import io.github.phi4j.hub.CachedModel;
import io.github.phi4j.hub.ModelHub;
import io.github.phi4j.hub.ModelReference;
import io.github.phi4j.hub.PhiModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code phi4 pull}: fetches models, and keeps the cache in order. */
@Command(
    name = "pull",
    description = "Fetches a model from Hugging Face. Standard output is the path of its file.",
    footer = {
      "",
      "Without a model, it tells the family's short names and what each needs.",
      "Files are kept in Hugging Face's cache, where other tools find them: HF_HUB_CACHE, HF_HOME"
          + " and LLAMA_CACHE say where. HF_TOKEN opens repositories that need it, HF_ENDPOINT is"
          + " another hub. A pull that broke off goes on where it was.",
      "",
      "Examples:",
      "  phi4 pull phi-4-mini",
      "  phi4 pull microsoft/phi-4-gguf:Q4_K_M",
      "  phi4 run -hf phi-4-mini \"What is 27 + 45?\""
    })
final class PullCommand implements Callable<Integer> {

  private static final int FAILED = 1;

  private final Environment environment;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      description = "USER/REPO[:QUANT], or a short name of the family, such as phi-4-mini:Q8_0.")
  private String model;

  @ArgGroup private Task task = new Task();

  /** What to do instead of fetching. */
  private static final class Task {
    @Option(names = "--list", description = "List the models in the cache.")
    private boolean list;

    @Option(names = "--verify", description = "Compare a model in the cache with its checksums.")
    private boolean verify;

    @Option(names = "--rm", description = "Remove a model from the cache.")
    private boolean remove;
  }

  PullCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    ModelHub hub = UsageException.check(environment.models()::hub);
    if (task.list) {
      list(hub);
      return 0;
    }
    if (model == null) {
      if (task.verify || task.remove) {
        throw new UsageException("no model is named");
      }
      family();
      return 0;
    }
    ModelReference reference = UsageException.check(() -> ModelReference.parse(model));
    if (task.verify) {
      return verify(hub, found(hub, reference));
    }
    if (task.remove) {
      long freed = hub.remove(found(hub, reference));
      environment.note(reference + " is removed: " + Quantities.bytes(freed) + " freed");
      return 0;
    }
    environment.out().println(PullProgress.pull(environment, hub, reference).file().toString());
    return 0;
  }

  private static CachedModel found(ModelHub hub, ModelReference reference) throws IOException {
    return hub.find(reference)
        .orElseThrow(() -> new UsageException(reference + " is not in " + hub.cache()));
  }

  private void list(ModelHub hub) throws IOException {
    for (CachedModel each : hub.list()) {
      environment
          .out()
          .printf("%-12s %s  %s\n", Quantities.bytes(each.bytes()), each.repository(), each.file());
    }
  }

  private int verify(ModelHub hub, CachedModel found) throws IOException {
    List<Path> damaged = hub.verify(found);
    damaged.forEach(
        file -> environment.note(file + " is damaged: remove it with --rm, and pull it again"));
    if (damaged.isEmpty()) {
      environment.note(found.file() + " is as it was published");
    }
    return damaged.isEmpty() ? 0 : FAILED;
  }

  private void family() {
    long memory = Machine.memoryBytes();
    for (PhiModel each : PhiModel.values()) {
      environment.out().printf("%s  (%s)\n", each.shortName(), each.repository());
      String advised = each.advice(memory).map(PhiModel.Quantization::tag).orElse("");
      for (PhiModel.Quantization quantization : each.quantizations()) {
        environment
            .out()
            .printf(
                "  %-8s %5.1f GB of weights, %5.1f GB of memory%s\n",
                quantization.tag(),
                quantization.weightBytes() / 1e9,
                quantization.memoryBytes() / 1e9,
                quantization.tag().equals(advised) ? "   <- the best for this machine" : "");
      }
      if (advised.isEmpty()) {
        environment
            .out()
            .print(
                String.format(
                    Locale.ROOT, "  none fits into the %.1f GB of this machine\n", memory / 1e9));
      }
    }
  }
}
