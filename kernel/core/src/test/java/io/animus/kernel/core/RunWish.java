package io.animus.kernel.core;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Quantity;
import io.animus.kernel.domain.run.ErrorClass;
import io.animus.kernel.domain.run.Retry;
import io.animus.kernel.domain.run.RunDraft;
import io.animus.kernel.domain.run.RunKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A run as a test wants it. */
final class RunWish {
    private final List<String> command;
    private final List<RunDraft.Input> inputs = new ArrayList<>();
    private RunKind kind = RunKind.PRODUCTION;
    private RunDraft.Code code =
            new RunDraft.Code(Laboratory.REPOSITORY.toString(), Laboratory.COMMIT.value(), null, null);
    private TypeId lock;
    private RunDraft.Wishes resources = wishes(null, null);
    private String networkClass = "none";
    private Retry retry = new Retry(1, Set.of());
    private int timeoutSeconds = 3600;
    private int priority = 50;

    RunWish(Laboratory lab, String program) {
        command = List.of(program);
        lock = lab.environment().id();
        inputs.add(new RunDraft.Input(new Name("penguins"), lab.data().id()));
    }

    RunWish development(String ref) {
        kind = RunKind.DEVELOPMENT;
        return ref(ref);
    }

    RunWish ref(String ref) {
        code = new RunDraft.Code(code.repository(), null, ref, null);
        return this;
    }

    RunWish commit(String commit) {
        code = new RunDraft.Code(code.repository(), commit, null, null);
        return this;
    }

    RunWish repository(String repository) {
        code = new RunDraft.Code(repository, code.commit(), code.ref(), null);
        return this;
    }

    RunWish lock(TypeId id) {
        lock = id;
        return this;
    }

    RunWish input(String name, TypeId version) {
        inputs.add(new RunDraft.Input(new Name(name), version));
        return this;
    }

    RunWish noInputs() {
        inputs.clear();
        return this;
    }

    /** @param cpu null for the default, and so for memory */
    RunWish resources(String cpu, String memory) {
        resources = wishes(cpu, memory);
        return this;
    }

    RunWish networkClass(String name) {
        networkClass = name;
        return this;
    }

    RunWish retry(int attempts, ErrorClass... on) {
        retry = new Retry(attempts, Set.of(on));
        return this;
    }

    RunWish timeout(int seconds) {
        timeoutSeconds = seconds;
        return this;
    }

    RunWish priority(int value) {
        priority = value;
        return this;
    }

    RunDraft draft() {
        return new RunDraft(
                kind,
                code,
                lock,
                inputs,
                command,
                Map.of("rate", "0.1"),
                7,
                resources,
                networkClass,
                retry,
                timeoutSeconds,
                priority,
                List.of("test"),
                null);
    }

    private static RunDraft.Wishes wishes(String cpu, String memory) {
        return new RunDraft.Wishes(
                Optional.ofNullable(cpu).map(Quantity::cpu),
                Optional.ofNullable(memory).map(Quantity::bytes),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
