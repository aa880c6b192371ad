package io.github.phi4j.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The family's sizes. */
final class PhiModelTest {

  @ParameterizedTest
  @EnumSource
  void sizesAreThoseOfTheDocumentation(PhiModel model) throws IOException {
    List<String> rows = Files.readAllLines(Path.of("../../models/README.md"));
    int column = model.shortName().contains("mini") ? 3 : 2;
    for (PhiModel.Quantization each : model.quantizations()) {
      String row =
          rows.stream()
              .filter(line -> line.matches("\\| " + each.tag() + "\\b.*"))
              .findFirst()
              .orElseThrow();
      assertThat(Arrays.stream(row.split("\\|")).map(String::strip).toList().get(column))
          .as(each.tag())
          .isEqualTo(String.format(Locale.ROOT, "%.1f", each.weightBytes() / 1e9));
    }
  }
}
