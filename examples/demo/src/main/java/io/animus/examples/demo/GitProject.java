package io.animus.examples.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A git repository with the sample project in one commit.
 *
 * @param repository where it is
 * @param commit full id
 */
record GitProject(URI repository, String commit) {
    private static final String BRANCH = "main";

    // Author and time are fixed, so the same files give the same commit; the reader's own git settings don't count.
    private static final Map<String, String> SETTINGS = Map.of(
            "GIT_CONFIG_GLOBAL", "/dev/null",
            "GIT_CONFIG_SYSTEM", "/dev/null",
            "GIT_AUTHOR_NAME", "Animus Demo",
            "GIT_AUTHOR_EMAIL", "demo@animus.invalid",
            "GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z",
            "GIT_COMMITTER_NAME", "Animus Demo",
            "GIT_COMMITTER_EMAIL", "demo@animus.invalid",
            "GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z",
            "GIT_DIR", "");

    /** Copies the files of a folder into a new repository and commits them. */
    static GitProject commit(Path source, Path repository) throws IOException, InterruptedException {
        var git = Command.require("git", "git");
        Files.createDirectories(repository);
        try (var files = Files.list(source)) {
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                Files.copy(file, repository.resolve(file.getFileName()));
            }
        }
        git(repository, git, "init", "--quiet", "--initial-branch=" + BRANCH);
        git(repository, git, "add", "--all");
        git(repository, git, "commit", "--quiet", "--message", "Tell penguins by four measurements");
        return new GitProject(
                address(repository), git(repository, git, "rev-parse", "HEAD").strip());
    }

    /** The {@code file://} URL of a folder, without a slash at the end. */
    static URI address(Path folder) {
        return URI.create("file://" + folder.toUri().getRawPath().replaceFirst("/$", ""));
    }

    private static String git(Path folder, String... arguments) throws IOException, InterruptedException {
        return Command.of(arguments).in(folder).with(SETTINGS).run();
    }
}
