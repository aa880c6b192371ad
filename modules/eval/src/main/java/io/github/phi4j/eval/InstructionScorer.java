package io.github.phi4j.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** IFEval's four metrics: by prompt and by instruction, strict and loose. */
final class InstructionScorer implements Scorer {

  private final boolean fixed;

  InstructionScorer(boolean fixed) {
    this.fixed = fixed;
  }

  @Override
  public Grade grade(Item item, Reply reply) {
    List<String> ids = item.texts("instruction_id_list");
    List<?> arguments = (List<?>) item.fields().get("kwargs");
    List<String> broken = new ArrayList<>();
    int loose = 0;
    for (int i = 0; i < ids.size(); i++) {
      InstructionCheck check =
          InstructionCheck.of(ids.get(i), arguments(item, arguments, i), fixed);
      if (!check.strict(reply.text())) {
        broken.add(ids.get(i));
      }
      loose += check.loose(reply.text()) ? 1 : 0;
    }
    int all = ids.size();
    int strict = all - broken.size();
    String why = broken.isEmpty() ? "follows all" : "breaks " + String.join(", ", broken);
    return Grade.of(broken.isEmpty(), "", why)
        .with("prompt_level_loose_acc", Measure.of(loose == all ? 1 : 0))
        .with("inst_level_strict_acc", new Measure(strict / (double) all, all))
        .with("inst_level_loose_acc", new Measure(loose / (double) all, all));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, ?> arguments(Item item, List<?> arguments, int index) {
    if (arguments == null
        || index >= arguments.size()
        || !(arguments.get(index) instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException(
          "item " + item.id() + ": expected kwargs, a list with an object for each instruction");
    }
    return (Map<String, ?>) map;
  }
}
