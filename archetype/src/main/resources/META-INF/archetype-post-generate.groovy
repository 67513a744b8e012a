// Keeps the port that was asked for, and gives everything its names. Not Velocity: to that, Java and Markdown are full of
// variables.
def asked = request.properties
def port = asked['port']
def technology = asked['technology']
def home = new File(new File(request.outputDirectory), request.artifactId)
def kept = new File(home, "ports/${port}")
if (!kept.isDirectory()) {
    throw new IllegalArgumentException("there is no port ${port}")
}
def words = [
    '__package__'   : request['package'],
    '__Technology__': technology.split('-').findAll { it }.collect { it.capitalize() }.join(''),
    '__technology__': technology,
    '__port__'      : port,
    '__artifact__'  : request.artifactId,
    '__version__'   : request.version,
]
def named = { String text -> words.inject(text) { done, word, name -> done.replace(word, name) } }

def put = { File from, String folder, String name ->
    def to = new File(home, "${folder}/${named(name)}")
    to.parentFile.mkdirs()
    def text = from.getText('UTF-8')
    if (name.startsWith('InMemory')) {
        // Comes from the test kit, and leaves its package.
        text = text.replace('package io.animus.api.tck;', 'package __package__;')
        if (name.endsWith('Test.java')) {
            text = text.replace('import io.animus.api.types.Digest;',
                'import io.animus.api.tck.JobExecutorContract;\nimport io.animus.api.tck.JobPrograms;\nimport io.animus.api.types.Digest;')
            text = text.replace('        return executor;\n', '        return new __Technology__JobExecutor("test", executor);\n')
            text = text.replace('        return executor.restarted();\n',
                '        return new __Technology__JobExecutor("test", executor.restarted());\n')
        }
    }
    to.setText(named(text), 'UTF-8')
}

def java = request['package'].replace('.', '/')
new File(kept, 'main').listFiles().sort().each { put(it, "src/main/java/${java}", it.name) }
new File(kept, 'test').listFiles().sort().each { put(it, "src/test/java/${java}", it.name) }
put(new File(home, 'ports/package-info.java'), "src/main/java/${java}", 'package-info.java')
put(new File(home, 'ports/jvm.config'), '.mvn', 'jvm.config')
put(new File(kept, 'permissions.json'), 'src/main/resources/OSGI-INF/animus', 'permissions.json')
if (new File(kept, 'default.cfg').exists()) {
    put(new File(kept, 'default.cfg'), 'etc', '__package__-default.cfg')
}

def pom = new File(home, 'pom.xml')
pom.setText(named(pom.getText('UTF-8').replace('    <!-- __dependencies__ -->\n', new File(kept, 'dependencies.xml').getText('UTF-8'))), 'UTF-8')
def readme = new File(home, 'README.md')
readme.setText(named(readme.getText('UTF-8').replace('__settings__\n', new File(kept, 'settings.md').getText('UTF-8'))), 'UTF-8')
def bnd = new File(home, 'bnd.bnd')
bnd.setText(named(bnd.getText('UTF-8')), 'UTF-8')
new File(home, 'ports').deleteDir()
