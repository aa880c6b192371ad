@echo off
rem Runs phi4j's command line on Windows, like phi4 on other systems: finds a JDK, builds phi4j
rem once, and starts it. Options for the JVM, such as -Xmx2g, can be given in PHI4_JAVA_OPTS. After a
rem change of the sources delete modules\cli\target, and the next run builds again.
setlocal EnableExtensions DisableDelayedExpansion

set "needed=25"
set "home=%~dp0"
set "home=%home:~0,-1%"
set "jdk="
set "jar="

if defined JAVA_HOME call :consider "%JAVA_HOME%"
for /f "delims=" %%j in ('where java 2^>nul') do call :consider "%%~dpj.."
for %%r in ("%ProgramFiles%\Eclipse Adoptium" "%ProgramFiles%\Java" "%ProgramFiles%\Microsoft" "%ProgramFiles%\Zulu" "%USERPROFILE%\.jdks" "%USERPROFILE%\scoop\apps") do (
  for /d %%d in ("%%~r\*") do (
    call :consider "%%~d"
    call :consider "%%~d\current"
  )
)
if not defined jdk (
  >&2 echo phi4: phi4j needs a JDK %needed% or newer, but none was found. Set JAVA_HOME, or install one:
  >&2 echo   winget install EclipseAdoptium.Temurin.%needed%.JDK
  exit /b 1
)

call :find_jar
if not defined jar (
  where mvn >nul 2>nul || (
    >&2 echo phi4: building phi4j needs Maven 3.8 or newer, but 'mvn' is not on the PATH: get it from https://maven.apache.org/download.cgi
    exit /b 1
  )
  >&2 echo phi4: building phi4j once, which takes a minute ...
  pushd "%home%"
  set "JAVA_HOME=%jdk%"
  call mvn -q -B -f modules/pom.xml -pl :phi4j-cli -am -Dquick -Dmaven.test.skip=true -Dmaven.javadoc.skip -Dmaven.source.skip -Dcyclonedx.skip package 1>&2
  popd
  call :find_jar
)
if not defined jar (
  >&2 echo phi4: the build failed; its output is above
  exit /b 1
)

rem Output is UTF-8, whatever the console's code page.
set "page="
for /f "tokens=2 delims=:." %%c in ('chcp') do set "page=%%c"
chcp 65001 >nul

set "kernels=io.github.phi4j.internal.kernel.*::*"
"%jdk%\bin\java" --add-modules jdk.incubator.vector ^
  -XX:+UseSerialGC -Xmn24m -XX:+AutoCreateSharedArchive "-XX:SharedArchiveFile=%jar:~0,-4%.jsa" ^
  "-Xlog:cds*=off" "-Xlog:aot*=off" -XX:Tier4LoadFeedback=1000 -XX:Tier3DelayOn=1000 ^
  -XX:Tier4BackEdgeThreshold=4000000 -XX:-UseProfiledLoopPredicate -XX:CompileCommand=quiet ^
  "-XX:CompileCommand=BackgroundCompilation,%kernels%,false" ^
  "-XX:CompileCommand=CompileThresholdScaling,%kernels%,0.1" ^
  %PHI4_JAVA_OPTS% "-Dphi4.home=%home%" -cp "%jar%" io.github.phi4j.cli.Main %*
set "code=%ERRORLEVEL%"
if defined page chcp %page% >nul
exit /b %code%

rem Takes a folder for the JDK if it is one of the needed version and none was found before.
:consider
if defined jdk exit /b
if not exist "%~1\bin\javac.exe" exit /b
for /f tokens^=2^ delims^=^=^".+- %%v in ('findstr /b "JAVA_VERSION=" "%~1\release" 2^>nul') do if %%v GEQ %needed% set "jdk=%~1"
exit /b

:find_jar
for %%f in ("%home%\modules\cli\target\phi4j-cli-*-all.jar") do set "jar=%%~f"
exit /b
