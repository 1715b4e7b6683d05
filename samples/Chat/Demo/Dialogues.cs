namespace Chat.Demo;

/// <summary>
/// What the made-up people talk about. A line is a part (A, B, C, …) and a text; what stands in braces is filled in anew each
/// time, and a line break makes the same person speak twice.
/// </summary>
static class Dialogues
{
    public static readonly IReadOnlyList<(string Room, string About)> Rooms =
    [
        ("lobby", "Whatever comes to mind"),
        ("garden", "Beds, bulbs and slugs"),
        ("kitchen", "What is on the stove"),
        ("night-trains", "Timetables and daydreams"),
    ];

    public static IReadOnlyList<string[]> For(string room) => All[room];

    private static readonly Dictionary<string, IReadOnlyList<string[]>> All = new()
    {
        ["lobby"] =
        [
            [
                "A: Morning. The kettle on the third floor is finally fixed.",
                "B: At last! I had started bringing a thermos.\nAlso: who took the good mug?",
                "C: Not me this time 🙂",
                "A: It is in the dishwasher. It has been there since Tuesday.",
                "B: A mystery solved before nine. Good day already.",
            ],
            [
                "B: Has anybody been to the new place in {street}? They roast their own beans.",
                "C: Went there yesterday. The espresso is very good, the chairs are not.",
                "B: I would go for the espresso alone. Thursday?",
                "C: Thursday works.",
                "D: Room for one more? I have a voucher from {company} that nobody wants.",
                "B: Always. Half past four.",
            ],
            [
                "D: I wrote up yesterday's meeting. In short: we keep the garden, we paint the hall in spring, and the piano gets tuned before the summer concert.",
                "A: Thank you for doing that. Who paints?",
                "D: Whoever writes their name on the list beside the door.",
                "C: Count me in.\nNot the ceiling though.",
                "A: I do ceilings. It is like writing very slowly.",
            ],
            [
                "C: My neighbour is selling a {adjective} bicycle. Twenty euros too much, but the bell is wonderful.",
                "D: Never buy a bicycle for the bell.",
                "C: I have bought two for the bell.",
                "A: And how are they?",
                "C: Loud.",
            ],
            [
                "A: Does anybody know a good book for a long journey? Nothing sad.",
                "B: The one about the lighthouse keepers. https://example.org/books/lighthouse",
                "D: That is extremely sad.",
                "B: Only the ending.",
                "C: Take a crossword. A crossword has never made me cry.",
                "A: Clearly you have not seen the Saturday one.",
            ],
            [
                "D: It is snowing in {city}, says my sister. In this month!",
                "C: Here it only looks as if it wants to.",
                "B: I moved my run to the evening and now of course the sun is out.",
                "D: Run twice. Problem solved.",
                "B: I was going to run *zero* times, that was the plan behind the plan.",
            ],
        ],
        ["garden"] =
        [
            [
                "A: The first tulips are up along the south wall. Eleven, I counted twice.",
                "B: Mine sulk. Too much shade, I think.",
                "A: Or too much water. Yours stand beside the drain, remember?",
                "B: Ah. That would explain the frog.",
            ],
            [
                "C: Slugs: 14, lettuce: 2. I am losing.",
                "D: Copper tape around the bed. It looks silly and it works.",
                "C: How wide?",
                "D: The wide one, four centimetres. There is a guide: https://example.org/garden/slugs#copper (scroll past the photographs).",
                "C: I did not scroll past the photographs in time.",
            ],
            [
                "B: Who would share a load of compost? A cubic metre is the smallest they bring.",
                "A: I take a third.",
                "D: Me too. Saturday, I can bring the big wheelbarrow.",
                "B: Settled then. Saturday at ten, and I bring cake.",
                "A: Two thirds, then.",
            ],
            [
                "D: The pear tree by the gate needs a decision. It leans more every year.",
                "C: We could prop it. My uncle's has leant on a post since before I was born.",
                "B: I like that it leans. It looks as if it were listening.",
                "D: A post, then, and a bench in front of it.",
            ],
        ],
        ["kitchen"] =
        [
            [
                "A: Soup question. Do I salt lentils before or after?",
                "B: After. Before makes them tough.",
                "C: That is a myth. I have salted before for twenty years.",
                "B: And have you had tender lentils for twenty years?",
                "C: … mostly.",
                "A: After it is, then.",
            ],
            [
                "D: The starter survived the weekend in the fridge! It smells of apples and a little of paint.",
                "A: Feed it twice before you bake and the paint goes.",
                "D: Rye or white?",
                "A: Rye. It is not fussy, rye.",
                "B: Save me a slice, please. The end piece.",
            ],
            [
                "C: I have six kilos of quinces and no plan.",
                "B: Jelly!",
                "A: Jelly, and the rest with lamb.",
                "D: The rest into a drawer, between the shirts. My grandmother did, and her shirts smelled better than any of mine.",
                "C: That is the plan I was missing.",
            ],
            [
                "B: Is there a trick for peeling ginger?",
                "D: A teaspoon. Hold it like a pencil.",
                "B: This changes everything.",
                "D: I know. I was thirty-four when I found out.",
            ],
        ],
        ["night-trains"] =
        [
            [
                "A: They are bringing back the sleeper to {city}. Twice a week from June.",
                "B: With couchettes or only the expensive ones?",
                "A: Both, and a car for bicycles.",
                "C: Then I know what I am doing with the first week of June.",
            ],
            [
                "D: 23:41, platform 9, and the dining car is *open*.",
                "A: Report, please. What is there?",
                "D: Tomato soup, two sorts of sandwich, a man asleep over a chessboard.",
                "B: Who is winning?",
                "D: White, but only because it is not his turn.",
            ],
            [
                "C: Does anybody have the scan of the 1974 winter timetable? The archive's page is down again.",
                "B: Here: https://example.org/timetables/winter.pdf, page 212 for the connections.",
                "C: You are a treasure. Page 212 says we would have missed it by four minutes.",
                "B: We always miss it by four minutes. Even in the past.",
            ],
            [
                "B: Upper or lower bunk? Asking for an argument.",
                "D: Upper. Nobody sits on your feet.",
                "A: Lower. You can look out of the window while lying down.",
                "C: Middle, as a punishment for both of you.",
            ],
        ],
    };
}
