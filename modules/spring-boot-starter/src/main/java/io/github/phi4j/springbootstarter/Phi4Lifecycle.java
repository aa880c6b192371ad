package io.github.phi4j.springbootstarter;

import io.github.phi4j.api.Generator;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.context.SmartLifecycle;

/**
 * Lets running requests finish at shutdown, within {@code
 * spring.lifecycle.timeout-per-shutdown-phase}; then closing the model cancels them.
 */
final class Phi4Lifecycle implements SmartLifecycle {

  private static final long POLL_MILLIS = 20;

  private final Supplier<Optional<Generator>> model;
  private volatile boolean running;

  Phi4Lifecycle(Supplier<Optional<Generator>> model) {
    this.model = model;
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
  }

  @Override
  public void stop(Runnable callback) {
    Thread.ofVirtual()
        .name("phi4j-shutdown")
        .start(() -> {
          try {
            while (busy()) {
              Thread.sleep(POLL_MILLIS);
            }
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          } finally {
            stop();
            callback.run();
          }
        });
  }

  private boolean busy() {
    return model.get().filter(generator -> generator.workload().calls() > 0).isPresent();
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
