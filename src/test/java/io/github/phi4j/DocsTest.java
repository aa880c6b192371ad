package io.github.phi4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each program in docs/ is a file, named in a comment before it, that a module compiles and its
 * tests run; or a module's test runs the page's programs directly, and a comment names that test.
 * To copy changed files into the pages: {@code -Dphi4j.docs=write}.
 */
final class DocsTest {

  private static final Pattern PROGRAM =
      Pattern.compile(
          "(?:<!-- (\\S+) -->\n)?```(java|properties|yaml|scala|python)\n(.*?)```", Pattern.DOTALL);

  private static final Pattern RUN_FROM_PAGE = Pattern.compile("<!-- run by (\\S+) -->");

  static Stream<Path> pages() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("docs"))) {
      return files.filter(file -> file.toString().endsWith(".md")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void programsEqualTheirFiles(Path page) throws IOException {
    String text = Files.readString(page);
    Matcher test = RUN_FROM_PAGE.matcher(text);
    if (test.find()) {
      assertThat(Path.of(test.group(1))).content().contains(page.getFileName().toString());
      return;
    }
    StringBuilder current = new StringBuilder();
    Matcher program = PROGRAM.matcher(text);
    while (program.find()) {
      assertThat(program.group(1)).as("file of the program %s", program.group(3)).isNotNull();
      String source = Files.readString(Path.of(program.group(1)));
      String block =
          "<!-- %s -->\n```%s\n%s```".formatted(program.group(1), program.group(2), source);
      program.appendReplacement(current, Matcher.quoteReplacement(block));
    }
    program.appendTail(current);
    if ("write".equals(System.getProperty("phi4j.docs"))) {
      Files.writeString(page, current);
    } else {
      assertThat(text).isEqualTo(current.toString());
    }
  }
}
