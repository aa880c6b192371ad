package io.github.phi4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TinyModelTest {

  @ParameterizedTest
  @EnumSource
  void filesMatchTheChecksumsOfTheirReferences(TinyModel model) throws Exception {
    byte[] sum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(model.path()));

    assertThat(TinyModel.text("SHA256SUMS").lines())
        .contains(HexFormat.of().formatHex(sum) + "  " + model.fileName());
  }

  @ParameterizedTest
  @EnumSource
  void referenceLogitsCoverEveryPositionOfThePrompts(TinyModel model) {
    assertThat(model.exactLogits()).hasDimensions(96, 4096);
    assertThat(model.llamaCppLogits()).hasDimensions(96, 4096);
  }
}
