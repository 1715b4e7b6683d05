using System.CommandLine;

namespace Realtime.Cli;

/// <summary>Lets a shell complete an app's commands and options: prints its script, and answers when that script asks.</summary>
internal static class CompletionCommand
{
    private const string Ask = "complete";

    public static IEnumerable<Command> Create(Func<Command> root)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh, fish or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var script = new Command("completion", "Print the script that completes the app's commands and options in a shell.") { shell };
        script.SetAction(line =>
        {
            line.InvocationConfiguration.Output.WriteLine(ScriptOf(line.GetRequiredValue(shell), Path.GetFileNameWithoutExtension(Environment.ProcessPath ?? "app")));
            return 0;
        });

        var typed = new Argument<string>("line") { Description = "What was typed so far, without the program's name." };
        var answer = new Command(Ask, "Print what may come next.") { typed };
        answer.Hidden = true;
        answer.SetAction(line =>
        {
            var text = line.GetRequiredValue(typed);
            foreach (var item in root().Parse(text).GetCompletions(text.Length).Where(static item => item.Label.Length > 0 && item.Label[0] is not ('/' or '-' or '[') || item.Label.StartsWith("--", StringComparison.Ordinal)))
            {
                line.InvocationConfiguration.Output.WriteLine(item.Label);
            }
            return 0;
        });
        return [script, answer];
    }

    private static string ScriptOf(string shell, string program)
    {
        var function = "_" + string.Concat(program.Select(static letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
        return shell switch
        {
            "bash" => $$"""
                # source <({{program}} completion bash)
                {{function}}() {
                    local line="${COMP_LINE:0:$COMP_POINT}"
                    COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" {{Ask}} -- "${line#* }" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
                }
                complete -o default -F {{function}} {{program}}
                """,
            "zsh" => $$"""
                # source <({{program}} completion zsh)
                {{function}}() {
                    local -a found
                    found=(${(f)"$("${words[1]}" {{Ask}} -- "${(j: :)words[2,CURRENT]}" 2>/dev/null)"})
                    compadd -a found
                }
                compdef {{function}} {{program}}
                """,
            "fish" => $$"""
                # {{program}} completion fish | source
                complete -c {{program}} -f -a '({{program}} {{Ask}} -- (string replace -r "^\S+\s?" "" -- (commandline -cp)) 2>/dev/null)'
                """,
            _ => $$"""
                # {{program}} completion pwsh | Out-String | Invoke-Expression
                Register-ArgumentCompleter -Native -CommandName {{program}} -ScriptBlock {
                    param($word, $ast, $position)
                    $line = $ast.ToString().PadRight($position).Substring(0, $position) -replace '^\S+\s?', ''
                    & {{program}} {{Ask}} -- $line 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
                }
                """,
        };
    }
}
