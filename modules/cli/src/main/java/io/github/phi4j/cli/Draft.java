package io.github.phi4j.cli;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Speculation;
import java.util.Optional;

/**
 * How tokens are guessed, with the model that does it.
 *
 * @param speculation how
 * @param model the draft model, if there is one
 */
record Draft(Speculation speculation, Optional<Generator> model) implements AutoCloseable {

  @Override
  public void close() {
    model.ifPresent(Generator::close);
  }
}
