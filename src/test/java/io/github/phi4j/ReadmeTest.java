package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.Generator;
import io.github.phi4j.testing.TinyModel;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the README compile and run. */
final class ReadmeTest {

  private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @Test
  void theExamplesOfStructuredOutputRun(@TempDir Path directory) throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    int from = readme.indexOf("## Structured output");
    Matcher example = EXAMPLE.matcher(readme.substring(from, readme.indexOf("\n## ", from)));
    int count = 0;
    try (Generator tiny = Phi4.load(TinyModel.Q8_0.path())) {
      while (example.find()) {
        run(example.group(1), "Example" + count++, directory, tiny);
      }
    }
    assertThat(count).isEqualTo(3);
  }

  private static void run(String body, String name, Path directory, Generator tiny)
      throws Exception {
    Path source = directory.resolve(name + ".java");
    Files.writeString(
        source,
        String.format(
            Locale.ROOT,
            """
            import com.fasterxml.jackson.databind.*;
            import io.github.phi4j.api.*;
            import io.github.phi4j.json.*;
            import java.util.*;
            public class %s {
              public static void run(Generator phi4) throws Exception {
            %s
              }
            }
            """,
            name,
            body));
    StringWriter messages = new StringWriter();
    List<String> arguments =
        List.of(
            "-cp", System.getProperty("java.class.path"), "-d", directory.toString(), "-proc:none");
    boolean compiled =
        ToolProvider.getSystemJavaCompiler()
            .getTask(
                messages,
                null,
                null,
                arguments,
                null,
                ToolProvider.getSystemJavaCompiler()
                    .getStandardFileManager(null, null, null)
                    .getJavaFileObjects(source))
            .call();
    assertThat(compiled).as(messages.toString()).isTrue();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
      loader.loadClass(name).getMethod("run", Generator.class).invoke(null, tiny);
    }
  }
}
