# Sourced by ./run, ./test and the scripts beside it: finds a JDK 25 and Maven, and builds when the sources are newer than the last build.

java_major() { "$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p'; }

# Sets JAVA_HOME to a JDK 25 or newer, or says in one line what is missing.
find_java() {
  local candidate
  local on_path=""
  command -v javac >/dev/null 2>&1 && on_path="$(dirname "$(dirname "$(readlink -f "$(command -v javac)" 2>/dev/null || command -v javac)")")"
  for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/*25* "$HOME"/.sdkman/candidates/java/25* \
    /Library/Java/JavaVirtualMachines/*25*/Contents/Home /opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home /opt/*jdk*25*; do
    if [ -n "$candidate" ] && [ -x "$candidate/bin/javac" ] && [ "$(java_major "$candidate")" -ge 25 ] 2>/dev/null; then
      export JAVA_HOME="$candidate"
      return
    fi
  done
  echo "Purser needs a JDK 25: install one (Debian: apt install openjdk-25-jdk or temurin-25-jdk; macOS: brew install openjdk@25; SDKMAN: sdk install java 25-tem), or point JAVA_HOME at it." >&2
  exit 1
}

find_maven() {
  command -v mvn >/dev/null 2>&1 && return
  echo "Purser is built with Maven 3.8 or newer: install it (Debian: apt install maven; macOS: brew install maven; SDKMAN: sdk install maven)." >&2
  exit 1
}

build_if_needed() {
  local root="$1" stamp="$1/target/built"
  if [ -f "$stamp" ] && [ -z "$(find "$root/pom.xml" "$root/src/main" -newer "$stamp" -print -quit)" ]; then return; fi
  find_maven
  # Libraries that are no longer asked for must not stay on the class path.
  [ "$root/pom.xml" -nt "$stamp" ] && rm -rf "$root/target/lib"
  echo "Building Purser (the first time takes a minute or two, for the libraries)…" >&2
  if ! (cd "$root" && mvn -B -ntp process-classes > "$root/.build.log" 2>&1); then
    grep -E '^\[ERROR\]' "$root/.build.log" | head -20 >&2
    echo "The build failed; all of its output is in .build.log." >&2
    exit 1
  fi
  rm -f "$root/.build.log"
  touch "$stamp"
}

# Prints the class path of the libraries that the tests use.
test_class_path() {
  local root="$1" file="$1/target/test-class-path"
  if [ ! -f "$file" ] || [ "$root/pom.xml" -nt "$file" ]; then
    if ! (cd "$root" && mvn -B -ntp -q dependency:build-classpath -DincludeScope=test -Dmdep.outputFile="$file" >&2); then
      rm -f "$file"
      return 1
    fi
  fi
  cat "$file"
}
