<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>Exchange slip</source>
        <translation>改签凭条</translation>
    </message>
    <message>
        <source>Reimbursement slip</source>
        <translation>报销凭证</translation>
    </message>
    <message>
        <source>Luggage tag</source>
        <translation>行李标签</translation>
    </message>
    <message>
        <source>Group list</source>
        <translation>团体名单</translation>
    </message>
    <message>
        <source>No such printer</source>
        <translation>没有这台打印机</translation>
    </message>
    <message>
        <source>The settings of this window name no printer like this.</source>
        <translation>本窗口的设置中没有这台打印机。</translation>
    </message>
    <message>
        <source>Choose one of the printers under Devices.</source>
        <translation>请在“设备”中选择一台打印机。</translation>
    </message>
    <message>
        <source>The settings of this window name no printer {printer}.</source>
        <translation>本窗口的设置中没有打印机 {printer}。</translation>
    </message>
    <message>
        <source>No roll of blanks</source>
        <translation>没有票卷</translation>
    </message>
    <message>
        <source>No roll of numbered blanks is loaded in this printer.</source>
        <translation>这台打印机没有装入编号票卷。</translation>
    </message>
    <message>
        <source>Load a roll first: its first and last number.</source>
        <translation>请先装入票卷：输入起号和止号。</translation>
    </message>
    <message>
        <source>A roll is still in the printer</source>
        <translation>打印机内还有票卷</translation>
    </message>
    <message>
        <source>The roll in this printer has blanks left.</source>
        <translation>这台打印机内的票卷还有剩余票纸。</translation>
    </message>
    <message>
        <source>End it first, with the reason; what is left of it can be loaded again.</source>
        <translation>请先填写原因取出旧票卷；剩余部分以后可以再装入。</translation>
    </message>
    <message>
        <source>Blanks left of the roll in this printer: {left}.</source>
        <translation>这台打印机内的票卷还剩 {left} 张。</translation>
    </message>
    <message>
        <source>Not a range of blanks</source>
        <translation>票号范围不对</translation>
    </message>
    <message>
        <source>The numbers are no range, or not the next ones of the roll in this printer.</source>
        <translation>这些票号不成范围，或不是打印机内票卷的下一段。</translation>
    </message>
    <message>
        <source>Type the numbers as they are printed on the blanks, the lower one first.</source>
        <translation>请按票纸上印的号码输入，先小后大。</translation>
    </message>
    <message>
        <source>The numbers are no range, or not the next ones of the roll. Expected: {expected}.</source>
        <translation>这些票号不成范围，或不是票卷的下一段。应为：{expected}。</translation>
    </message>
    <message>
        <source>Blanks already used</source>
        <translation>票号已用过</translation>
    </message>
    <message>
        <source>Numbers of this range were used before, or lie in another roll.</source>
        <translation>该范围内的票号已用过，或属于另一票卷。</translation>
    </message>
    <message>
        <source>Look at the numbers on the roll. If they are right, tell a supervisor.</source>
        <translation>请核对票卷上的号码；若无误，请报告值班员。</translation>
    </message>
    <message>
        <source>Number {first} was used before, or lies in another roll.</source>
        <translation>票号 {first} 已用过，或属于另一票卷。</translation>
    </message>
    <message>
        <source>Too few blanks</source>
        <translation>票纸不足</translation>
    </message>
    <message>
        <source>The roll in the printer has too few numbered blanks for these tickets.</source>
        <translation>打印机内票卷的编号票纸不够打印这些车票。</translation>
    </message>
    <message>
        <source>Load another roll, then try again. No money was taken.</source>
        <translation>请装入新票卷后再试。未收取任何款项。</translation>
    </message>
    <message>
        <source>Numbered blanks needed for these tickets: {needed}; left of the roll in the printer: {left}.</source>
        <translation>这些车票需要 {needed} 张编号票纸，打印机内票卷只剩 {left} 张。</translation>
    </message>
    <message>
        <source>A paper is being printed</source>
        <translation>正在打印</translation>
    </message>
    <message>
        <source>The window closes by itself as soon as the printer is done.</source>
        <translation>打印完成后窗口会自动关闭。</translation>
    </message>
    <message>
        <source>To close it at once, close it again: you will then be asked about this paper.</source>
        <translation>如需立即关闭，请再次关闭：下次启动时会询问这张纸是否打印成功。</translation>
    </message>
    <message>
        <source>It prints by itself once the printer is ready, or on another one: Devices (Alt+7).</source>
        <translation>打印机就绪后会自动打印；也可在“设备”（Alt+7）中改用另一台打印机。</translation>
    </message>
    <message>
        <source>Numbered blanks used</source>
        <translation>编号票纸领用</translation>
    </message>
    <message>
        <source>Numbered blanks spoiled</source>
        <translation>编号票纸作废</translation>
    </message>
    <message>
        <source>Numbered blanks left</source>
        <translation>编号票纸结存</translation>
    </message>
    <message>
        <source>Open the drawer with its key; it does not open by itself later.</source>
        <translation>请用钥匙打开钱箱；它以后不会自动打开。</translation>
    </message>
    <message>
        <source>The cash drawer is shut</source>
        <translation>钱箱未打开</translation>
    </message>
    <message>
        <source>Nothing was sent to it.</source>
        <translation>没有向打印机发送任何内容。</translation>
    </message>
    <message>
        <source>The window could not write down that it opens the drawer.</source>
        <translation>窗口未能记录打开钱箱这一操作。</translation>
    </message>
    <message>
        <source>Given up: {title}</source>
        <translation>已放弃打印：{title}</translation>
    </message>
    <message>
        <source>Nothing was sent to the printer.</source>
        <translation>没有向打印机发送任何内容。</translation>
    </message>
    <message>
        <source>Under Devices (Alt+7) it is printed after all with F5, or sent to another printer with F4.</source>
        <translation>在“设备”（Alt+7）中按 F5 可继续打印，按 F4 可转到另一台打印机。</translation>
    </message>
    <message>
        <source>Under Devices (Alt+7) it is printed after all with F5.</source>
        <translation>在“设备”（Alt+7）中按 F5 可继续打印。</translation>
    </message>
    <message>
        <source>A paper waits and cannot be printed</source>
        <translation>有票据在等待，暂时无法打印</translation>
    </message>
    <message>
        <source>Nothing was sent to the printer; the paper is not lost and is tried again.</source>
        <translation>没有向打印机发送任何内容；票据不会丢失，会再次尝试打印。</translation>
    </message>
    <message>
        <source>The list under Devices (Alt+7) says which papers wait, and why.</source>
        <translation>哪些票据在等待及其原因，见“设备”（Alt+7）中的列表。</translation>
    </message>
    <message>
        <source>What became of a paper could not be recorded</source>
        <translation>一张票据的打印结果未能记录</translation>
    </message>
    <message>
        <source>It is not printed again by itself.</source>
        <translation>不会自动重新打印。</translation>
    </message>
    <message>
        <source>Waits: {why}</source>
        <translation>等待：{why}</translation>
    </message>
    <message>
        <source>an error of the program</source>
        <translation>程序出错</translation>
    </message>
    <message>
        <source>Given up, waits</source>
        <translation>已放弃，等待</translation>
    </message>
    <message>
        <source>A paper is on its way to it, and it has not confirmed it yet.</source>
        <translation>已向打印机发送票据，打印机尚未确认。</translation>
    </message>
    <message>
        <source>no answer yet</source>
        <translation>尚未应答</translation>
    </message>
    <message>
        <source>Printer: no answer yet</source>
        <translation>打印机：尚未应答</translation>
    </message>
</context>
</TS>
