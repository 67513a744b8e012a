package io.animus.plugin.scm.git;

import static io.animus.plugin.scm.git.Commands.revision;
import static io.animus.plugin.scm.git.Commands.run;

import io.animus.api.tck.ScmHostContract.Sample;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Bare repositories {@code team/sample.git} and {@code team/other.git}, made by git itself. */
record SampleRepositories(Path root) {

    static SampleRepositories create(Path root) throws IOException, InterruptedException {
        var work = Files.createDirectories(root.resolve("work"));
        run(work, "git", "init", "-q", "-b", "main");
        Files.writeString(work.resolve("train.sh"), "#!/bin/sh\necho one\n");
        Files.createDirectories(work.resolve("data/deep"));
        Files.writeString(work.resolve("data/deep/" + "long-".repeat(30) + "é.txt"), "x".repeat(1000));
        Files.createSymbolicLink(work.resolve("link"), Path.of("data/deep"));
        commit(work, "first");
        run(work, "git", "tag", "-a", "v1", "-m", "first release");
        Files.writeString(work.resolve("train.sh"), "#!/bin/sh\necho two\n");
        run(work, "chmod", "755", "train.sh");
        commit(work, "second");
        var samples = new SampleRepositories(root);
        run(root, "git", "clone", "-q", "--bare", "work", "team/sample.git");

        var other = Files.createDirectories(root.resolve("other"));
        run(other, "git", "init", "-q", "-b", "main");
        Files.writeString(other.resolve("secret.txt"), "of another team");
        commit(other, "foreign");
        run(root, "git", "clone", "-q", "--bare", "other", "team/other.git");
        return samples;
    }

    Path bare() {
        return root.resolve("team/sample.git");
    }

    Path work() {
        return root.resolve("work");
    }

    /** What there is to find, below the URL {@code team}. */
    Sample at(String team) throws IOException, InterruptedException {
        return new Sample(
                URI.create(team + "sample.git"),
                "main",
                revision(bare(), "main"),
                "v1",
                revision(bare(), "v1^{commit}"),
                revision(bare(), "main:train.sh"),
                revision(root.resolve("team/other.git"), "main"),
                URI.create(team + "missing.git"),
                URI.create("https://elsewhere.example/team/sample.git"));
    }

    /** Commits all there is in {@code work} and pushes it by force to the bare repository, once that exists. */
    static void commit(Path work, String message) throws IOException, InterruptedException {
        run(work, "git", "add", "-A");
        run(work, "git", "commit", "-q", "-m", message);
    }

    void push(String... refs) throws IOException, InterruptedException {
        run(
                work(),
                Stream.concat(Stream.of("git", "push", "-q", "--force", bare().toString()), Stream.of(refs))
                        .toArray(String[]::new));
    }
}
