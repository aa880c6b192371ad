package io.github.phi4j.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * The chat page in a real Chromium, which must be installed with its driver: Debian's packages
 * {@code chromium} and {@code chromium-driver}. Screenshots are in {@code target/screenshots}.
 */
final class ChatPageBrowserTest {

  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

  private static final String RICH =
      """
      ## The Gaussian integral

      With polar coordinates, $x^2 + y^2 = r^2$:

      $$
      \\left(\\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx\\right)^2 = \\int_0^{2\\pi}\\!\\int_0^\\infty e^{-r^2} r\\,dr\\,d\\theta = \\pi
      $$

      Hence \\(\\int e^{-x^2}dx = \\sqrt{\\pi}\\). In code:

      ```python
      import math

      def gauss(n=100_000):
          \"""Midpoint rule from -8 to 8.\"""
          h = 16 / n
          return sum(math.exp(-(-8 + (i + 0.5) * h) ** 2) for i in range(n)) * h
      ```

      It costs $5, not $6.
      """;

  private static final String ATTACK =
      """
      Look <script>document.title = 'hacked'</script><img src=x onerror="document.title='hacked'">
      <a href="javascript:document.title='hacked'">here</a> ![x](http://127.0.0.1:1/pixel.png)
      <svg onload="document.title='hacked'"><script>document.title = 'hacked'</script></svg>
      <iframe srcdoc="<script>parent.document.title='hacked'</script>"></iframe>
      <form action="http://127.0.0.1:1"><input name="q" autofocus></form>
      $\\href{javascript:document.title='hacked'}{x}$ the end
      """;

  private static TestServer server;
  private static ChromeDriver browser;

  @BeforeAll
  static void start() throws IOException {
    Assumptions.assumeTrue(
        Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER),
        "the chat page is tested where Debian's chromium and chromium-driver are installed");
    Map<String, String> answers = new LinkedHashMap<>();
    answers.put("formula", RICH);
    answers.put("attack", ATTACK);
    answers.put("count", "one two three four five six seven eight nine ten ".repeat(30));
    answers.put("json", "{\"answer\": \"forty-two\", \"confidence\": 0.5}");
    answers.put("27", "Ones: 7+5=12, carry 1.\nTens: 2+4+1=7.\nAnswer: 72");
    answers.put("hello", "Hello, you.");
    TestServer plain = TestServer.start();
    var options = Script.options(plain.generator.tokenizer(), answers);
    plain.server.close();
    server = TestServer.start(plain.generator, settings -> settings.defaults(options));
    ChromeOptions chrome =
        new ChromeOptions()
            .setBinary(CHROMIUM.toString())
            .addArguments(
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage");
    browser =
        new ChromeDriver(
            new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).build(),
            chrome);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.quit();
    }
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void open() {
    browser.manage().window().setSize(new Dimension(1180, 860));
    browser.get(server.uri("/").toString());
    browser.executeScript("localStorage.clear(); indexedDB.deleteDatabase('phi4j')");
    browser.get(server.uri("/").toString());
    waitFor("body[data-ready]");
  }

  private static WebElement waitFor(String selector) {
    return new WebDriverWait(browser, Duration.ofSeconds(30))
        .until(driver -> driver.findElement(By.cssSelector(selector)));
  }

  private static List<WebElement> all(String selector) {
    return browser.findElements(By.cssSelector(selector));
  }

  private static void idle() {
    new WebDriverWait(browser, Duration.ofSeconds(60))
        .until(driver -> !driver.findElement(By.id("stop")).isDisplayed());
  }

  private static void ask(String question) {
    browser.findElement(By.id("input")).sendKeys(question, Keys.ENTER);
  }

  private static String answer() {
    return all(".message.assistant .body").getLast().getText();
  }

  private static void button(WebElement message, String label) {
    message.findElements(By.cssSelector(".tools button")).stream()
        .filter(each -> each.getText().equals(label))
        .findFirst()
        .orElseThrow()
        .click();
  }

  private static void screenshot(String name) throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "screenshots"));
    Files.write(folder.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
  }

  @Test
  void anAnswerStreamsAndSurvivesAReload() throws IOException {
    ask("show me a formula");
    waitFor(".message.assistant .body h2");
    idle();

    assertThat(answer()).contains("The Gaussian integral").contains("It costs $5, not $6.");
    assertThat(all(".message.assistant .katex-display")).hasSize(1);
    assertThat(all(".message.assistant .katex").size()).isGreaterThanOrEqualTo(3);
    assertThat(all(".codeblock .hljs-keyword")).isNotEmpty();
    assertThat(all(".codeblock .bar button")).hasSize(1);
    assertThat(browser.findElement(By.cssSelector(".figures")).getText()).contains("tokens/s");
    assertThat(browser.findElement(By.id("context-text")).getText()).contains("2,048");
    assertThat(
            browser.executeScript(
                "const page = document.documentElement; return page.scrollWidth <= page.clientWidth"
                    + " && page.scrollHeight <= page.clientHeight"))
        .isEqualTo(true);
    screenshot("light");

    browser.navigate().refresh();
    waitFor("body[data-ready]");

    assertThat(answer()).contains("The Gaussian integral");
    assertThat(all("#conversations li")).hasSize(1);

    browser.findElement(By.id("open-settings")).click();
    new Select(browser.findElement(By.id("theme"))).selectByValue("dark");
    assertThat(browser.executeScript("return document.documentElement.dataset.theme"))
        .isEqualTo("dark");
    screenshot("dark");
    browser.findElement(By.cssSelector("[data-close=settings]")).click();
    browser.manage().window().setSize(new Dimension(390 + 16, 860));
    browser.executeScript("document.getElementById('messages').scrollTop = 0");
    assertThat(browser.executeScript("return document.documentElement.scrollWidth <= innerWidth"))
        .isEqualTo(true);
    screenshot("narrow");
  }

  @Test
  void anAnswerCanBeStoppedAndContinued() {
    ask("count " + Script.SLOWLY);
    new WebDriverWait(browser, Duration.ofSeconds(30))
        .until(_ -> all(".message").size() == 2 && answer().contains("three"));
    browser.findElement(By.id("stop")).click();
    idle();
    String stopped = answer();

    assertThat(stopped).startsWith("one two three");
    assertThat(stopped.length()).isLessThan(1400);
    assertThat(all(".message.assistant .error")).noneMatch(WebElement::isDisplayed);

    ask("say hello");
    idle();
    assertThat(answer()).isEqualTo("Hello, you.");
  }

  @Test
  void modelOutputIsNotExecuted() {
    ask("attack");
    idle();
    new WebDriverWait(browser, Duration.ofSeconds(10)).until(_ -> answer().contains("the end"));

    assertThat(browser.getTitle()).isEqualTo("attack – phi4j");
    assertThat(all(".body script, .body iframe, .body form, .body input, .body img")).isEmpty();
    for (WebElement link : all(".body a")) {
      assertThat(String.valueOf(link.getDomAttribute("href"))).doesNotContain("javascript");
    }
    assertThat(
            browser.executeAsyncScript(
                "const done = arguments[0]; fetch('http://localhost:1/').then(() => done('sent'), e"
                    + " => done('refused'))"))
        .isEqualTo("refused");
  }

  @Test
  void aQuestionCanBeEditedIntoABranch() {
    ask("say hello");
    idle();
    WebElement question = all(".message.user").getFirst();
    button(question, "Edit");
    WebElement area = waitFor(".edit textarea");
    area.clear();
    area.sendKeys("What is 27 + 45?", Keys.ENTER);
    waitFor(".message.assistant .body p");
    idle();

    assertThat(answer()).contains("Answer: 72");
    assertThat(all(".message.user .tools").getFirst().getText()).contains("2/2");
    button(all(".message.user").getFirst(), "‹");
    assertThat(answer()).isEqualTo("Hello, you.");
    button(all(".message.assistant").getFirst(), "Regenerate");
    idle();
    assertThat(all(".message.assistant .tools").getFirst().getText()).contains("2/2");
  }

  @Test
  void aConversationCanBeRenamedAndDeleted() {
    ask("say hello");
    idle();
    browser.findElement(By.id("title")).click();
    browser.switchTo().alert().sendKeys("Greetings");
    browser.switchTo().alert().accept();
    assertThat(all("#conversations .open"))
        .extracting(WebElement::getText)
        .containsExactly("Greetings");
    assertThat(browser.getTitle()).isEqualTo("Greetings – phi4j");

    browser.executeScript("document.querySelector('#conversations .delete').click()");
    browser.switchTo().alert().accept();
    new WebDriverWait(browser, Duration.ofSeconds(10))
        .until(_ -> all("#conversations li").isEmpty());
    assertThat(all(".welcome")).hasSize(1);
  }

  @Test
  void probabilitiesAreShownByColourAndWithTheKeys() throws IOException {
    browser.findElement(By.id("open-settings")).click();
    browser.findElement(By.id("probabilities")).click();
    ask("What is 27 + 45?");
    waitFor(".tokens span");
    idle();

    assertThat(all(".tokens span").size()).isGreaterThan(10);
    assertThat(answer()).contains("Answer: 72");
    WebElement tokens = browser.findElement(By.cssSelector(".tokens"));
    browser.executeScript("arguments[0].focus()", tokens);
    tokens.sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
    assertThat(waitFor(".alternatives").getText()).contains("%");
    assertThat(browser.findElement(By.id("status")).getDomProperty("textContent")).contains("%");
    screenshot("probabilities");
  }

  @Test
  void jsonIsShownAsATree() {
    browser.findElement(By.id("open-settings")).click();
    browser.findElement(By.id("schema-on")).click();
    ask("json please");
    waitFor(".tree");

    assertThat(all(".tree .key"))
        .extracting(WebElement::getText)
        .contains("answer:", "confidence:");
    assertThat(browser.findElement(By.cssSelector(".tree .string")).getText())
        .isEqualTo("forty-two");
  }

  @Test
  void thePageContactsNoOtherHostAndItsConsoleIsClean() {
    ask("show me a formula");
    idle();

    @SuppressWarnings("unchecked")
    List<String> loaded =
        (List<String>)
            browser.executeScript(
                "return performance.getEntriesByType('resource').map(each => each.name)");
    assertThat(loaded)
        .isNotEmpty()
        .allMatch(each -> each.startsWith(server.server.uri().toString()));
    Stream<LogEntry> log = browser.manage().logs().get("browser").getAll().stream();
    assertThat(
            log.map(LogEntry::getMessage)
                .filter(each ->
                    !each.contains("inline event handler") && !each.contains("localhost:1")))
        .isEmpty();
  }
}
