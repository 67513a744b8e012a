package io.animus.api.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs a contract against implementations that are wrong on purpose: the nested classes that say what catches them. */
interface WrongOnes {

    /** The tests of the contract that must fail, by name; all others must not. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface CaughtBy {
        String[] value();
    }

    @TestFactory
    default Stream<DynamicTest> catchesEachByName() {
        return Stream.of(getClass().getDeclaredClasses())
                .filter(wrong -> wrong.isAnnotationPresent(CaughtBy.class))
                .map(wrong -> dynamicTest(wrong.getSimpleName(), () -> assertThat(failed(wrong))
                        .containsExactlyInAnyOrder(
                                wrong.getAnnotation(CaughtBy.class).value())));
    }

    private static Set<String> failed(Class<?> tests) {
        var failed = new TreeSet<String>();
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests))
                .build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                    failed.add(test.getSource()
                            .filter(MethodSource.class::isInstance)
                            .map(source -> ((MethodSource) source).getMethodName())
                            .orElseGet(test::getDisplayName));
                }
            }
        });
        return failed;
    }
}
