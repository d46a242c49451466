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
</context>
</TS>
