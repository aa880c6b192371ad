package io.github.phi4j.cli;

import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Speculation;
import java.util.Optional;

/**
 * A speculation method with its draft model.
 *
 * @param speculation the method
 * @param model the draft model, if any
 */
record Draft(Speculation speculation, Optional<Generator> model) implements AutoCloseable {

  @Override
  public void close() {
    model.ifPresent(Generator::close);
  }
}
